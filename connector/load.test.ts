import { expect, test } from 'vitest'
import { openLoad } from './load.ts'

test('a busy process shows about the share of a core that it took, an idle one next to nothing', () => {
  let now = 0
  const load = openLoad(() => now)
  const began = performance.now()
  while (performance.now() - began < 200) Math.sqrt(began)
  now += 400
  const busy = load()
  expect(busy.cpuPercent).toBeGreaterThan(5)
  expect(busy.memoryMb).toBeGreaterThan(10)
  now += 60_000
  expect(load().cpuPercent).toBeLessThan(busy.cpuPercent)
})
