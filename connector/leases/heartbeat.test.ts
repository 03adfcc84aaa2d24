import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConnectorRecord } from '#core/lease.ts'
import { logger } from '#core/platform/log.ts'
import { Heartbeat } from './heartbeat.ts'

const TIMING = { HEARTBEAT_MS: 2_000, LEASE_TTL_MS: 6_000, FENCE_MARGIN_MS: 1_500 }
const START = Date.UTC(2026, 0, 1)

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => {
  for (const one of running.splice(0)) one.stop()
  vi.useRealTimers()
})
const running: Heartbeat[] = []
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
const sleep = (milliseconds: number) =>
  milliseconds === 0 ? Promise.resolve() : new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** How long a heartbeat is on its way, and its answer; an answer may get lost. */
type Way = { there: number; back: number | 'lost' }
const AT_ONCE: Way = { there: 0, back: 0 }

/** One connector's record in a table, with the conditions of core/lease.ts. */
function life(options: { wayOf?: (n: number) => Way } = {}) {
  const its = {
    record: undefined as ConnectorRecord | undefined,
    wayOf: options.wayOf ?? (() => AT_ONCE),
    slept: 0,
    sent: 0,
    untils: [] as number[],
    lapses: [] as { at: number; lateMs: number; until: number }[],
    superseded: 0,
  }
  const clock = () => performance.now() + its.slept
  const travelling = async <T>(n: number, work: () => T): Promise<T> => {
    const { there, back } = its.wayOf(n)
    await sleep(there)
    const answer = work()
    if (back === 'lost') return new Promise(() => undefined)
    await sleep(back)
    return answer
  }
  const store = (record: ConnectorRecord) => {
    its.record = record
    its.untils.push(record.until)
  }
  const heartbeat = new Heartbeat({
    register: (record) => travelling(0, () => store(record)),
    beat: (record) =>
      travelling(++its.sent, () => {
        if (its.record?.boot !== record.boot) return false
        if ((its.record.beat ?? 0) <= (record.beat ?? 0)) store(record)
        return true
      }),
    about: () => ({
      id: 'a',
      boot: 'a',
      startedAt: new Date(START).toISOString(),
      draining: false,
      shards: [],
      sessions: 0,
    }),
    timing: TIMING,
    now: () => Date.now(),
    monotonic: clock,
    log: logger('silent'),
    onLapse: (lateMs) => {
      its.lapses.push({ at: Date.now(), lateMs, until: its.record?.until ?? 0 })
    },
    onSuperseded: () => {
      its.superseded++
      heartbeat.stop()
    },
  })
  running.push(heartbeat)
  return { heartbeat, its }
}

const MINUTE = 60_000
const everySoOften = (ways: Way[]) => (n: number) => ways[n % ways.length]!
const rises = (values: number[]) => values.every((value, index) => index === 0 || value >= values[index - 1]!)

test('once answers take a while, they may take nearly as long as a heartbeat is good for from one to the next', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  its.wayOf = () => ({ there: 200, back: 50 })
  await pass(10_000)
  its.wayOf = () => ({ there: 3_000, back: 650 })
  await pass(MINUTE)
  expect(its.lapses).toEqual([])
})

test('while the store answers, one is sent every period', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  await pass(MINUTE)
  expect(its.sent).toBe(MINUTE / TIMING.HEARTBEAT_MS)
  expect(heartbeat.failingSince).toBeUndefined()
})

describe('what is only slow or disordered costs nothing', () => {
  test.each([
    ['answers take 1 s', () => ({ there: 500, back: 500 })],
    ['answers take 2.4 s', () => ({ there: 1_000, back: 1_400 })],
    ['answers take longer and longer, up to 3.9 s', (n) => ({ there: n === 1 ? 1_500 : 3_000, back: 900 })],
    ['every second answer is lost', everySoOften([AT_ONCE, { there: 0, back: 'lost' }])],
    [
      'two of three answers are lost',
      everySoOften([AT_ONCE, { there: 10, back: 'lost' }, { there: 9, back: 'lost' }]),
    ],
    [
      'heartbeats overtake each other',
      everySoOften([{ there: 3_200, back: 0 }, AT_ONCE, { there: 900, back: 2_000 }]),
    ],
    [
      'answers overtake each other',
      everySoOften([{ there: 0, back: 3_400 }, { there: 0, back: 1_200 }, AT_ONCE]),
    ],
  ] satisfies [string, (n: number) => Way][])('%s', async (_, wayOf) => {
    const { heartbeat, its } = life()
    await heartbeat.start()
    its.wayOf = wayOf
    for (let at = 0; at < 5 * MINUTE; at += 100) {
      await pass(100)
      expect(heartbeat.holds).toBe(true)
    }
    expect([its.lapses, its.superseded]).toEqual([[], 0])
    expect(rises(its.untils)).toBe(true)
  })
})

test('answers that come late are a failure that goes on until one comes in time', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  its.wayOf = () => ({ there: 1_000, back: 1_400 })
  await pass(5_000)
  const since = heartbeat.failingSince
  expect(since).toBe(START + 2 * TIMING.HEARTBEAT_MS)
  await pass(20_000)
  expect([heartbeat.failingSince, heartbeat.holds]).toEqual([since, true])
  its.wayOf = () => AT_ONCE
  await pass(3_000)
  expect(heartbeat.failingSince).toBeUndefined()
})

describe('a store that does not answer', () => {
  test.each([
    ['takes nothing', { there: 60 * MINUTE, back: 0 }],
    ['takes everything and says nothing', { there: 0, back: 'lost' }],
  ] satisfies [string, Way][])('%s: told a margin before anybody may act upon it', async (_, way) => {
    const { heartbeat, its } = life()
    await heartbeat.start()
    await pass(3_000)
    const promised = its.record?.until ?? 0
    its.wayOf = () => way
    await pass(MINUTE)
    const [first] = its.lapses
    expect(first?.at).toBe(promised - TIMING.FENCE_MARGIN_MS)
    expect(first?.lateMs).toBeLessThan(10)
    expect(heartbeat.holds).toBe(false)
    expect(heartbeat.failingSince).toBe(promised - TIMING.LEASE_TTL_MS + 2 * TIMING.HEARTBEAT_MS)
  })

  test('is asked again and again, and what it answers at last counts from when it was asked', async () => {
    const { heartbeat, its } = life()
    await heartbeat.start()
    its.wayOf = () => ({ there: 60 * MINUTE, back: 0 })
    await pass(20_000)
    expect(its.sent).toBeGreaterThan(20)
    its.wayOf = () => AT_ONCE
    await pass(600)
    expect(heartbeat.holds).toBe(true)
    expect(heartbeat.failingSince).toBeUndefined()
    its.wayOf = () => ({ there: 60 * MINUTE, back: 0 })
    await pass(TIMING.LEASE_TTL_MS - TIMING.FENCE_MARGIN_MS)
    expect(heartbeat.holds).toBe(false)
  })
})

test('after a pause of the process (SIGSTOP, SIGCONT) the lapse is known for one by its lateness', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  await pass(3_000)
  its.slept += MINUTE
  await pass(1_000)
  expect(its.lapses.map(({ lateMs }) => lateMs > 50_000)).toEqual([true])
  expect(heartbeat.holds).toBe(true)
})

test('another process under the same id is noticed once, however many heartbeats are under way', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  its.wayOf = () => ({ there: 100, back: 1_800 })
  await pass(10_000)
  its.record = { ...its.record!, boot: 'b' }
  await pass(10_000)
  expect(its.superseded).toBe(1)
  expect(its.record.boot).toBe('b')
})

test('one that has stopped is not told that it is superseded', async () => {
  const { heartbeat, its } = life({ wayOf: (n) => (n === 0 ? AT_ONCE : { there: 1_000, back: 0 }) })
  await heartbeat.start()
  await pass(2_500)
  heartbeat.stop()
  its.record = undefined
  await pass(MINUTE)
  expect(its.superseded).toBe(0)
})

test('a wall clock that is put back supersedes nobody', async () => {
  const { heartbeat, its } = life()
  await heartbeat.start()
  await pass(3_000)
  vi.setSystemTime(START - 60 * MINUTE)
  await pass(MINUTE)
  expect([its.superseded, its.lapses]).toEqual([0, []])
  expect(its.record?.until).toBeLessThan(START)
})
