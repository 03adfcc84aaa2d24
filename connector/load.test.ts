import { expect, test } from 'vitest'
import { openLoad } from './load.ts'

test('a busy process shows about the share of a core that it took, an idle one next to nothing', () => {
  let now = 0
  const load = openLoad(() => now)
  const began = process.cpuUsage()
  while (process.cpuUsage(began).user < 100_000) Math.sqrt(began.user)
  now += 400
  const busy = load()
  expect(busy.cpuPercent).toBeGreaterThan(5)
  expect(busy.memoryMb).toBeGreaterThan(10)
  now += 60_000
  expect(load().cpuPercent).toBeLessThan(busy.cpuPercent)
})
