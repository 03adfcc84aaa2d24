import { expect, test } from 'vitest'
import type { ConnectorRecord } from './lease.ts'
import { VITALS, vitalsOf } from './vitals.ts'

const connector = (id: string, over: Partial<ConnectorRecord & { alive: boolean }> = {}) => ({
  id,
  boot: id,
  startedAt: '2026-01-01T00:00:00.000Z',
  beatAt: '2026-01-01T00:00:00.000Z',
  until: 0,
  draining: false,
  shards: [],
  sessions: 0,
  alive: true,
  ...over,
})
const lease = (shard: number, owner: string) => ({ shard, owner, epoch: 1 })
const numbers = (fleet: Parameters<typeof vitalsOf>[0], shards: number) =>
  Object.fromEntries(Object.entries(vitalsOf(fleet, shards)).map(([name, { value }]) => [name, value]))

test('the dead do not count, and neither does what they owned', () => {
  const fleet = {
    connectors: [
      connector('a', { sessions: 30, away: 10 }),
      connector('b', { sessions: 20 }),
      connector('c', { alive: false, sessions: 9 }),
    ],
    leases: [lease(0, 'a'), lease(1, 'b'), lease(2, 'c'), lease(3, '')],
  }
  expect(numbers(fleet, 5)).toEqual({
    Connectors: 2,
    Sessions: 50,
    SessionsPerConnector: 25,
    SessionsAway: 20,
    OrphanShards: 3,
  })
})

test('one that drains still holds its sessions, but takes no more', () => {
  const fleet = {
    connectors: [connector('a', { sessions: 30 }), connector('b', { sessions: 10, draining: true })],
    leases: [lease(0, 'a'), lease(1, 'b')],
  }
  expect(numbers(fleet, 2)).toEqual({
    Connectors: 1,
    Sessions: 40,
    SessionsPerConnector: 40,
    SessionsAway: 0,
    OrphanShards: 0,
  })
})

test('without a connector there is no number that a scaler could take for idleness', () => {
  expect(numbers({ connectors: [], leases: [] }, 4)).toEqual({
    Connectors: 0,
    Sessions: 0,
    SessionsAway: 0,
    OrphanShards: 4,
  })
  const one = { connectors: [connector('a')], leases: [] }
  expect(Object.keys(numbers(one, 4)).sort()).toEqual(Object.values(VITALS).sort())
})
