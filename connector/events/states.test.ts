import { expect, test } from 'vitest'
import { logger } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import type { StateChange } from '#core/sessions/index.ts'
import { until } from '../../test/support/until.ts'
import { StateWriter, type Subject } from './states.ts'

function world() {
  const written: string[] = []
  const trouble = {
    error: undefined as Error | undefined,
    isFenced: false,
    hold: Promise.resolve() as Promise<void>,
  }
  const states = new StateWriter(
    async (_session, { state }: StateChange, events) => {
      await trouble.hold
      if (trouble.error) throw trouble.error
      if (trouble.isFenced) return 'fenced'
      written.push(`${state.status}${state.reason ? `: ${state.reason}` : ''} ${events.length}`)
      return 'written'
    },
    () => 'E',
    logger('silent'),
  )
  const fenced: string[] = []
  const subject = (id: string): Subject => ({
    epoch: 1,
    session: () => ({ id }) as Session,
    inOrder: (work) => work(),
    onWritten: () => undefined,
    onFenced: () => void fenced.push(id),
  })
  return { states, written, trouble, fenced, subject }
}
const connecting = { state: { status: 'connecting' as const }, events: [] }
const connected = { state: { status: 'connected' as const }, events: [] }

test('changes are written in order, the last one at the end', async () => {
  const { states, written, subject } = world()
  const line = subject('s1')
  for (const reason of ['a', 'b', 'c'])
    states.record(line, { state: { status: 'connecting', reason }, events: [] })
  states.record(line, connected)
  await states.flush(line)
  expect(written).toEqual(['connecting: a 0', 'connecting: b 0', 'connecting: c 0', 'connected 0'])
})

test('a store that is away delays them, and loses none', async () => {
  const { states, written, trouble, subject } = world()
  const line = subject('s1')
  trouble.error = new Error('away')
  states.record(line, connecting)
  states.record(line, connected)
  setTimeout(() => {
    trouble.error = undefined
  }, 150)
  await until('both', () => written.length === 2)
  expect(written).toEqual(['connecting 0', 'connected 0'])
})

test('of very many that wait the oldest are joined, with all their events and the last status', async () => {
  const { states, written, trouble, subject } = world()
  const line = subject('s1')
  const gate = Promise.withResolvers<void>()
  trouble.hold = gate.promise
  for (let n = 0; n < 50; n++)
    states.record(line, { state: { status: 'connecting', reason: `${n}` }, events: [{} as never] })
  states.record(line, connected)
  gate.resolve()
  await states.flush(line)
  expect(written.length).toBeLessThan(25)
  expect(written.at(-1)).toBe('connected 0')
  expect(written.reduce((sum, one) => sum + Number(one.split(' ').at(-1)), 0)).toBe(50)
})

test('a fenced write ends it: nothing more is written about that session', async () => {
  const { states, written, trouble, fenced, subject } = world()
  const line = subject('s1')
  trouble.isFenced = true
  states.record(line, connecting)
  states.record(line, connected)
  await until('fenced', () => fenced.length === 1)
  trouble.isFenced = false
  states.record(line, connected)
  states.record(subject('s2'), connected)
  await until('the other session', () => written.length > 0)
  expect(written).toEqual(['connected 0'])
  expect(fenced).toEqual(['s1'])
})

test('what is forgotten is not tried any more', async () => {
  const { states, written, trouble, subject } = world()
  const line = subject('s1')
  const gate = Promise.withResolvers<void>()
  trouble.hold = gate.promise
  trouble.error = new Error('away')
  states.record(line, connecting)
  states.record(line, connected)
  states.forget(line)
  gate.resolve()
  await states.flush(line)
  trouble.error = undefined
  await states.flush(line)
  expect(written).toEqual([])
})

test('a state that can never be stored does not hold up the next one', async () => {
  const { states, written, trouble, subject } = world()
  const line = subject('s1')
  trouble.error = Object.assign(new Error('impossible'), { name: 'ValidationException' })
  states.record(line, connecting)
  await states.flush(line)
  trouble.error = undefined
  states.record(line, connected)
  await states.flush(line)
  expect(written).toEqual(['connected 0'])
})
