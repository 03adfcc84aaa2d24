import { expect, test } from 'vitest'
import { MEASURES } from '#core/measures.ts'
import type { Values } from '#core/platform/metrics.ts'
import { type Measured, Measures } from './measures.ts'
import type { Phase } from './supervisor/phase.ts'

const session = (
  phase: Phase,
  stats?: { commits: number; commitLatency: number; heldFrames: number },
): Measured => ({
  phase,
  device: stats && { stats },
})

function measured(sessions: Measured[] = []) {
  const told: Values[] = []
  const measures = new Measures(
    (values) => told.push(values),
    () => sessions,
  )
  const numbers = () => {
    measures.tell()
    return Object.fromEntries(Object.entries(told.at(-1) ?? {}).map(([name, { value }]) => [name, value]))
  }
  return { measures, numbers, sessions }
}

test('sessions are counted by what they are shown as', () => {
  const phases: Phase[] = ['open', 'open', 'starting', 'waiting', 'confirming', 'pairing', 'halted', 'idle']
  expect(measured(phases.map((phase) => session(phase))).numbers()).toMatchObject({
    SessionsConnected: 2,
    SessionsConnecting: 3,
    SessionsPairing: 1,
    SessionsDisconnected: 1,
    SessionsInactive: 1,
  })
})

test('what happened is told once', () => {
  const { measures, numbers } = measured()
  measures.handedOver(800)
  measures.reconnected()
  measures.reconnected()
  measures.commandTaken(12.4)
  expect(numbers()).toMatchObject({ Handovers: 1, HandoverTime: [800], Reconnects: 2, QueueAge: [12] })
  const after = numbers()
  expect(after).toMatchObject({ Handovers: 0, Reconnects: 0 })
  expect(after).not.toHaveProperty('HandoverTime')
  expect(after).not.toHaveProperty('QueueAge')
})

test('the latency of a commit is told by those who have made one since', () => {
  const [one, other] = [
    { commits: 3, commitLatency: 20, heldFrames: 2 },
    { commits: 1, commitLatency: 5, heldFrames: 1 },
  ]
  const { numbers } = measured([session('open', one), session('open', other), session('idle')])
  expect(numbers()).toMatchObject({ CommitLatency: [20, 5], GateDepth: 3 })
  other.commits++
  expect(numbers()).toMatchObject({ CommitLatency: [5] })
})

test('of very many values a hundred stand for all, the largest among them', () => {
  const { measures, numbers } = measured()
  for (let age = 1; age <= 1_000; age++) measures.commandTaken(age)
  const ages = numbers().QueueAge as number[]
  expect(ages).toHaveLength(100)
  expect([ages[0], ages[50]]).toEqual([1_000, 500])
})

test('there is no measure without a number, and no number without a measure', () => {
  const { measures, numbers } = measured([session('open', { commits: 1, commitLatency: 1, heldFrames: 0 })])
  measures.handedOver(1)
  measures.commandTaken(1)
  expect(Object.keys(numbers()).sort()).toEqual(Object.values(MEASURES).sort())
})
