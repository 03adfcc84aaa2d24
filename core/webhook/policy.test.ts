import { expect, test } from 'vitest'
import { nextAttempt, RetryPolicy, restAfter, retryAfter, spanOf } from './policy.ts'

const HOUR = 3_600_000
/** The times of all attempts, by a schedule that is kept to the second. */
function attempts(policy: RetryPolicy | undefined, random = 0): number[] {
  const times = [0]
  for (;;) {
    const now = times.at(-1) ?? 0
    const next = nextAttempt(policy, { attempts: times.length, firstAt: 0, now }, random)
    if (next === undefined) return times
    times.push(next)
  }
}

test('without a choice ten attempts are spread over three days, soon at first', () => {
  const times = attempts(undefined)
  expect(times.slice(0, 4)).toEqual([0, 5_000, 305_000, 2_105_000])
  expect(times).toHaveLength(10)
  expect(times.at(-1)).toBeGreaterThan(70 * HOUR)
  expect(times.at(-1)).toBeLessThan(73 * HOUR)
})

test.each([
  ['constant', [0, 2_000, 4_000, 6_000]],
  ['linear', [0, 2_000, 6_000, 12_000]],
  ['exponential', [0, 4_000, 12_000, 28_000]],
] as const)('%s', (policy, times) => {
  expect(attempts(RetryPolicy.parse({ policy, delaySeconds: 2, attempts: 3 }))).toEqual(times)
})

test('exponential pauses get up to a fifth longer by chance', () => {
  expect(attempts(RetryPolicy.parse({ policy: 'exponential', attempts: 1 }), 1)).toEqual([0, 4_800])
})

test('no retries at all', () => {
  expect(attempts(RetryPolicy.parse({ attempts: 0 }))).toEqual([0])
})

test('attempts are not used up before the time that they were meant to take', () => {
  const policy = RetryPolicy.parse({ delaySeconds: 60, attempts: 3 })
  expect(spanOf(policy)).toBe(180_000)
  expect(nextAttempt(policy, { attempts: 9, firstAt: 0, now: 100_000 }, 0)).toBe(160_000)
  expect(nextAttempt(policy, { attempts: 9, firstAt: 0, now: 170_000 }, 0)).toBe(180_000)
  expect(nextAttempt(policy, { attempts: 9, firstAt: 0, now: 180_000 }, 0)).toBeUndefined()
})

test('an endpoint that is down rests longer and longer, up to five minutes', () => {
  expect(restAfter(5)).toBe(32_000)
  expect([20, 1_000].map(restAfter)).toEqual([300_000, 300_000])
})

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['999999999', 24 * HOUR],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After: %s', (header, pause) => {
  expect(retryAfter(header, 10_000)).toBe(pause)
})
