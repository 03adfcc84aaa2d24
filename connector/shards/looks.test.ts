import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { logger } from '#core/platform/log.ts'
import { Looks } from './looks.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
const looksAt = (random: number) => new Looks(() => random, logger('silent'))

test('each at its period, the first at a moment of chance', async () => {
  const looks = looksAt(0.25)
  const seen: string[] = []
  looks.every(1_000, async () => void seen.push('short'))
  looks.every(2_000, async () => void seen.push('long'))
  await pass(249)
  expect(seen).toEqual([])
  await pass(1_002)
  expect(seen).toEqual(['short', 'long', 'short'])
  looks.stop()
  await pass(10_000)
  expect(seen).toHaveLength(3)
})

test('none while the one before goes on, however long that takes, and no herd after it', async () => {
  const looks = looksAt(0)
  const ends: (() => void)[] = []
  looks.every(1_000, () => new Promise<void>((resolve) => ends.push(resolve)))
  await pass(3_600_000)
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await pass(1_000)
  expect(ends).toHaveLength(2)
  looks.stop()
})

test('one that fails is followed by the next; stopped before the first, there is none', async () => {
  const looks = looksAt(0.5)
  let count = 0
  looks.every(1_000, async () => {
    count++
    throw new Error('the store is away')
  })
  await pass(2_600)
  expect(count).toBe(3)
  looks.stop()
  const never = looksAt(0.5)
  never.every(1_000, async () => void count++)
  never.stop()
  await pass(5_000)
  expect(count).toBe(3)
})
