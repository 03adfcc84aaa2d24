import { expect, test } from 'vitest'
import type { Pacing } from '#core/settings.ts'
import { Pacer } from './pacer.ts'

const PACING: Pacing = { perMinute: 60, burst: 1, minDelayMs: 0, maxDelayMs: 0, typing: false }

function world(change: Partial<Pacing> = {}, random = 0) {
  const state = { now: 1_000_000, pacing: { ...PACING, ...change } as Pacing | undefined, random }
  const pacer = new Pacer({ pacing: () => state.pacing, now: () => state.now, random: () => state.random })
  /** How many leave within this time when there is always a next one. */
  const leaving = (forMs: number): number => {
    const end = state.now + forMs
    let left = 0
    for (let pause = pacer.pause(); state.now + pause <= end; pause = pacer.pause()) {
      state.now += pause
      if (pause > 0) continue
      pacer.left()
      left++
    }
    return left
  }
  return { state, pacer, leaving }
}

test('without a pace everything leaves at once', () => {
  const { state, pacer } = world()
  state.pacing = undefined
  for (let n = 0; n < 100; n++) {
    expect(pacer.pause()).toBe(0)
    pacer.left()
  }
  expect([pacer.ahead(1_000), pacer.typing(100)]).toEqual([0, 0])
})

test('it begins with nothing saved up: a new owner lets no burst go', () => {
  const { pacer } = world({ burst: 50 })
  expect(pacer.pause()).toBe(1_000)
})

test('so many a minute leave in the long run, whatever the burst', () => {
  for (const burst of [1, 20]) {
    const { leaving } = world({ burst })
    expect(leaving(60_000)).toBe(60)
  }
})

test('after a rest as many leave at once as the burst says, and no more', () => {
  const { state, pacer, leaving } = world({ burst: 5 })
  pacer.pause()
  state.now += 3_600_000
  expect(leaving(2_500)).toBe(5 + 2)
})

test('between two there is a pause, chosen by chance between both bounds', () => {
  const bounds = { perMinute: 6_000, burst: 100, minDelayMs: 2_000, maxDelayMs: 6_000 }
  for (const [random, pause] of [
    [0, 2_000],
    [0.5, 4_000],
    [1, 6_000],
  ] as const) {
    const { state, pacer } = world(bounds, random)
    pacer.pause()
    state.now += 60_000
    pacer.left()
    expect(pacer.pause()).toBe(pause)
  }
})

test('a most that is less than the least counts as the least', () => {
  const { state, pacer } = world({ perMinute: 6_000, burst: 9, minDelayMs: 3_000 }, 1)
  pacer.pause()
  state.now += 60_000
  pacer.left()
  expect(pacer.pause()).toBe(3_000)
})

test('a change of the pace counts at once, and one that is switched on begins with nothing', () => {
  const { state, pacer } = world()
  expect(pacer.pause()).toBe(1_000)
  state.pacing = { ...PACING, perMinute: 600 }
  expect(pacer.pause()).toBe(100)
  state.pacing = undefined
  expect(pacer.pause()).toBe(0)
  state.now += 3_600_000
  state.pacing = { ...PACING, burst: 100 }
  expect(pacer.pause()).toBe(1_000)
})

test('a clock that steps back neither gives nor takes', () => {
  const { state, pacer } = world()
  pacer.pause()
  state.now -= 500_000
  expect(pacer.pause()).toBe(1_000)
})

test('who is behind others learns about when its turn is', () => {
  expect(world().pacer.ahead(10)).toBe(11_000)
  expect(world({ minDelayMs: 4_000, maxDelayMs: 8_000 }).pacer.ahead(10)).toBe(61_000)
})

test('typing takes as long as somebody would type, within reason', () => {
  const { pacer } = world({ typing: true })
  expect([1, 50, 10_000].map((characters) => pacer.typing(characters))).toEqual([800, 3_000, 8_000])
})
