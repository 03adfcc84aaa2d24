import { expect, test } from 'vitest'
import { type Level, notes } from './notes.ts'

function written(level: Level) {
  const lines: string[] = []
  return { lines, notes: notes(level, { part: 'api' }, (line) => lines.push(line)) }
}

test('a line of JSON per entry, with level, time, fields and sentence', () => {
  const log = written('info')
  log.notes.info({ sessionId: 's' }, 'it happened')
  expect(log.lines).toHaveLength(1)
  expect(log.lines[0]).toMatch(/^\{.*\}\n$/)
  expect(JSON.parse(log.lines[0] ?? '')).toEqual({
    level: 30,
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    part: 'api',
    sessionId: 's',
    msg: 'it happened',
  })
})

test('what is below the level is not written', () => {
  const log = written('error')
  log.notes.info({}, 'x')
  log.notes.warn({}, 'x')
  log.notes.error({}, 'x')
  expect(log.lines).toHaveLength(1)
})

test('errors are shown with their causes, secrets are not shown', () => {
  const log = written('info')
  const err = new TypeError('outer', { cause: Object.assign(new Error('inner'), { code: 'ECONNREFUSED' }) })
  log.notes.warn({ err, token: 'abc', deep: { qr: { text: 'abc' } } }, 'failed')
  expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({
    err: { type: 'TypeError', message: 'outer', cause: { message: 'inner', code: 'ECONNREFUSED' } },
    token: '[redacted]',
    deep: { qr: '[redacted]' },
  })
  expect(log.lines[0]).not.toContain('abc')
})
