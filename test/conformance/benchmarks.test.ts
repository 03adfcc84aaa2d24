import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../architecture/sources.ts'
import { holds, modelOf } from '../bench/capacity.ts'
import { documents } from '../bench/documents.ts'
import { type Kept, type KeptRow, merged, readKept, type Size } from '../bench/kept.ts'
import { lineThrough } from '../bench/parts/statistics.ts'
import { growthPlot } from '../bench/plot.ts'

const occasion = {
  date: '2026-01-01T00:00:00.000Z',
  command: 'npm run bench',
  commit: 'abc',
  load: 0.1,
  machine: 'a machine',
}
const row = (name: string, over: Partial<KeptRow> = {}): KeptRow => ({
  name,
  title: name,
  figures: [{ what: 'something', unit: 's', ours: 1 }],
  notes: [],
  occasion,
  ...over,
})
const size = (sessions: number): Size => ({
  sessions,
  memoryMb: 100 + 0.5 * sessions,
  idleCpu: 10 + 0.2 * sessions,
  seconds: 1,
})
const measured: Kept = {
  rows: [
    row('growth', { growth: [50, 100, 1_000].map(size) }),
    row('cpu', { figures: [{ what: 'the whole connector, 20 requests in flight', unit: 'ms', ours: 4 }] }),
  ],
}

test('the pages say what the kept figures come to', () => {
  for (const [file, text] of Object.entries(documents(readKept()))) {
    const path = join(ROOT, 'docs', file)
    expect([file, existsSync(path) && readFileSync(path, 'utf8')]).toEqual([file, text])
  }
})

test('a run replaces the rows that it measured; one that could not be measured replaces nothing', () => {
  const kept = { rows: [row('a'), row('b')] }
  const fresh = [row('b', { title: 'anew' }), row('a', { figures: [], title: 'failed' }), row('c')]
  expect(merged(kept, fresh, ['c', 'a', 'b']).rows.map(({ title }) => title)).toEqual(['c', 'a', 'anew'])
})

describe('capacity', () => {
  test('is reckoned from the growth and the price of a message', () => {
    const model = modelOf(measured)!
    expect(model.memory.at0).toBeCloseTo(100, 6)
    expect(model.memory.slope).toBeCloseTo(0.5, 6)
    // Three quarters of 2 GB, less 100 MB, half a MB each.
    const { sessions, bound, messages } = holds(model, 1, 2)
    expect([sessions, bound]).toEqual([2_872, 'memory'])
    // 600 ms a second, less 10, less 100 sessions of 0.2, at 4 ms a message.
    expect(messages(100)).toBeCloseTo(142.5, 6)
    expect(holds(model, 0.25, 4)).toMatchObject({ sessions: 700, bound: 'processor' })
  })

  test('is not reckoned from a part of it', () => {
    expect(modelOf({ rows: [] })).toBeUndefined()
    expect(documents({ rows: [] })['capacity.md']).toContain('Not measured yet')
    expect(documents(measured)['capacity.md']).toContain('| 1 vCPU, 2 GB | 2,872 | memory |')
  })
})

test('the line through points on a line is that line', () => {
  const { at0, slope } = lineThrough([1, 2, 7].map((x) => [x, 3 + 2 * x] as const))
  expect([at0, slope]).toEqual([expect.closeTo(3, 9), expect.closeTo(2, 9)])
})

test('the picture has a point for every size, all of them inside of it', () => {
  const svg = growthPlot([50, 100, 1_000].map(size))
  const points = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ])
  expect(points).toHaveLength(6)
  for (const [x, y] of points) expect(x! > 0 && x! < 760 && y! > 0 && y! < 260).toBe(true)
  expect(points[2]![1]).toBeLessThan(points[0]![1]!)
})
