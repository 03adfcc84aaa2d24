import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Session } from '#core/session.ts'
import type { Phase } from '../supervisor/phase.ts'
import { handoverFacts } from './handover.ts'

const START = Date.UTC(2026, 0, 1)
beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

/** A shard that was handed over a second ago, with sessions that are linked and wanted unless they say otherwise. */
function taken(...others: { wanted?: boolean; linked?: boolean; phase: Phase }[]) {
  const sessions = others.map(({ wanted = true, linked = true, phase }) => ({
    phase,
    session: { wanted, state: { linked } } as Session,
  }))
  const its = { sessions, isOver: false }
  const facts = handoverFacts({
    shard: 3,
    epoch: 7,
    origin: { reason: 'drain', from: 'former', since: START - 1_000 },
    supervisors: () => its.sessions,
    isOver: () => its.isOver,
    now: () => Date.now(),
  })
  return { its, facts }
}
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

test('it lasts from when the sessions began to move until the last one is connected or has said why not', async () => {
  const { its, facts } = taken({ phase: 'starting' }, { phase: 'starting' }, { phase: 'open' })
  await pass(500)
  its.sessions[0]!.phase = 'halted'
  await pass(500)
  its.sessions[1]!.phase = 'open'
  await pass(100)
  expect(await facts).toMatchObject({ reason: 'drain', from: 'former', sessions: 3, complete: true })
  expect((await facts).durationMs).toBeGreaterThanOrEqual(2_000)
  expect((await facts).durationMs).toBeLessThan(2_100)
})

test('sessions that nobody wants, or that were never linked, are not waited for', async () => {
  const { facts } = taken({ phase: 'idle', wanted: false }, { phase: 'pairing', linked: false })
  expect(await facts).toMatchObject({ sessions: 0, durationMs: 1_000, complete: true })
})

test('it is told also when the shard moves on before it is through', async () => {
  const { its, facts } = taken({ phase: 'starting' })
  await pass(500)
  its.isOver = true
  its.sessions = []
  await pass(100)
  expect(await facts).toMatchObject({ sessions: 1, complete: false })
})

test('after a minute it is told as it is', async () => {
  const { facts } = taken({ phase: 'waiting' })
  await pass(61_000)
  expect(await facts).toMatchObject({ sessions: 1, complete: false })
})
