import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Logins } from './logins.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Logins that each take a second, and how many of them are under way. */
function busy(logins: Logins, count: number) {
  const now = { running: 0, done: 0 }
  for (let n = 0; n < count; n++)
    void logins.add(async () => {
      now.running++
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      now.running--
      now.done++
    })
  return now
}

test('never more than allowed at the same time, and all of them in the end', async () => {
  const now = busy(new Logins(8), 20)
  await vi.advanceTimersByTimeAsync(500)
  expect(now).toEqual({ running: 8, done: 0 })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(now).toEqual({ running: 0, done: 20 })
})

test('after too much, a quarter, then a half, then all again', async () => {
  const logins = new Logins(8)
  logins.goEasy()
  const now = busy(logins, 1_000)
  const seen: number[] = []
  for (let step = 0; step < 4; step++) {
    await vi.advanceTimersByTimeAsync(500)
    seen.push(now.running)
    await vi.advanceTimersByTimeAsync(9_500)
  }
  expect(seen).toEqual([2, 4, 8, 8])
  logins.goEasy()
  await vi.advanceTimersByTimeAsync(1_500)
  expect(now.running).toBe(2)
})
