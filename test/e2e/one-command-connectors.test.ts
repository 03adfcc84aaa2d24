import { expect, test } from 'vitest'
import { whoOwnsWhat } from '../chaos/fleet/owners.ts'
import { linkLine } from '../support/line.ts'
import { stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

type Fleet = {
  connectors: {
    id: string
    status: string
    heartbeatAgeMs: number
    sessions: number
    shards: number[]
    load: { cpuPercent: number; memoryMb: number } | null
  }[]
}

test('CONNECTORS=3 share the lines, and an operator sees what each of them does', async () => {
  await using its = await stack({ env: { CONNECTORS: '3' } })
  await until('they share', async () => {
    const { isWhole, loads, shards } = await whoOwnsWhat(its)
    return isWhole && loads.length === 3 && loads.every((load) => load <= Math.ceil(shards / 3))
  })
  const numbers = ['+4915700000001', '+4915700000002', '+4915700000003', '+4915700000004']
  await Promise.all(numbers.map((number) => linkLine(its, number)))
  const { connectors } = await until('their heartbeats tell of the lines', async () => {
    const { body } = await its.api<Fleet>('/api/connectors')
    const held = body.connectors.reduce((sum, { sessions }) => sum + sessions, 0)
    return held === numbers.length && body.connectors.every(({ status }) => status === 'alive') && body
  })
  expect(connectors).toHaveLength(3)
  for (const { heartbeatAgeMs, load } of connectors) {
    expect(heartbeatAgeMs).toBeLessThan(6_000)
    expect(load?.memoryMb).toBeGreaterThan(20)
    expect(load?.cpuPercent).toBeGreaterThanOrEqual(0)
  }
})
