import pino from 'pino'
import { expect, test } from 'vitest'
import { quietLog } from './quiet-log.ts'

function stage(level: string) {
  const lines: string[] = []
  const log = pino({ level }, { write: (line: string) => void lines.push(line) })
  return { lines, quiet: quietLog(log) }
}

test('sentences of warnings and errors go on at debug level, with the message of their cause', () => {
  const { lines, quiet } = stage('debug')
  quiet.error({ err: new Error('Bad MAC') }, 'failed to decrypt message')
  quiet.child({ class: 'x' }).warn('a plain sentence')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 20, msg: 'baileys: failed to decrypt message', cause: 'Bad MAC' },
    { level: 20, msg: 'baileys: a plain sentence' },
  ])
})

test('what is logged about never goes on: it holds stanzas, keys and codes', () => {
  const { lines, quiet } = stage('trace')
  const secret = { creds: { noiseKey: 'SECRET' }, node: 'SECRET', trace: 'SECRET', qr: 'SECRET' }
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const)
    quiet[level](secret, 'about something')
  expect(lines).toHaveLength(2)
  expect(lines.join()).not.toContain('SECRET')
})

test('nothing at all at the usual level', () => {
  const { lines, quiet } = stage('info')
  quiet.error({ err: new Error('x') }, 'failed')
  expect(lines).toEqual([])
})
