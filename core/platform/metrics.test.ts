import { expect, test } from 'vitest'
import { openMetrics } from './metrics.ts'

test('a line that CloudWatch turns into metrics', () => {
  const lines: string[] = []
  const put = openMetrics(
    'linekeeper/production',
    () => 1_700_000_000_000,
    (line) => lines.push(line),
  )
  put({ Connectors: { value: 2, unit: 'Count' }, Share: { value: 99.5, unit: 'Percent' } })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/\}\n$/)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'linekeeper/production',
          Dimensions: [[]],
          Metrics: [
            { Name: 'Connectors', Unit: 'Count' },
            { Name: 'Share', Unit: 'Percent' },
          ],
        },
      ],
    },
    Connectors: 2,
    Share: 99.5,
  })
})

test('a distribution is a list', () => {
  const lines: string[] = []
  openMetrics(
    'linekeeper/production',
    () => 0,
    (line) => lines.push(line),
  )({ Latency: { value: [3, 5], unit: 'Milliseconds' } })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ Latency: [3, 5] })
})

test('nothing where nobody collects', () => {
  const lines: string[] = []
  openMetrics(
    undefined,
    () => 0,
    (line) => lines.push(line),
  )({ Connectors: { value: 1, unit: 'Count' } })
  expect(lines).toEqual([])
})
