import { describe, expect, test } from 'vitest'
import type { ConnectorRecord, Lease } from '#core/lease.ts'
import { handOn, type Look, plan } from './plan.ts'

const NOW = Date.UTC(2026, 0, 1)

type Peer = { id: string; until?: number; draining?: boolean }
const connector = ({
  id,
  until = NOW + 6_000,
  draining = false,
}: Peer): ConnectorRecord & { alive: boolean } => ({
  id,
  boot: id,
  startedAt: new Date(NOW).toISOString(),
  beatAt: new Date(NOW).toISOString(),
  until,
  draining,
  shards: [],
  sessions: 0,
  alive: until > NOW,
})
const lease = (shard: number, owner: string, epoch = 1): Lease => ({ shard, owner, epoch })

function look(options: {
  me?: string
  peers?: Peer[]
  leases?: Lease[]
  shards?: number
  held?: number[]
  mayTakeFree?: boolean
}): Look {
  const { me = 'a', peers = [], leases = [], held = [] } = options
  return {
    me,
    shards: options.shards ?? 4,
    fleet: { connectors: [{ id: me }, ...peers].map(connector), leases },
    held: new Map(held.map((shard) => [shard, leases.find((one) => one.shard === shard)?.epoch ?? 1])),
    mayTakeFree: options.mayTakeFree ?? true,
  }
}
const shardsOf = (leases: Lease[]) => leases.map(({ shard }) => shard).toSorted((a, b) => a - b)

describe('claiming', () => {
  test('a lone connector takes every shard that nobody holds', () => {
    expect(shardsOf(plan(look({})).claim)).toEqual([0, 1, 2, 3])
  })

  test('no more than the fair share is taken', () => {
    expect(plan(look({ peers: [{ id: 'b' }, { id: 'c' }] })).claim).toHaveLength(2)
  })

  test('the shards of a connector whose heartbeat has lapsed are free, those of a living one are not', () => {
    const leases = [lease(0, 'b'), lease(1, 'b'), lease(2, 'c'), lease(3, 'c')]
    const { claim } = plan(look({ peers: [{ id: 'b', until: NOW }, { id: 'c' }], leases }))
    expect(shardsOf(claim)).toEqual([0, 1])
  })

  test('a draining connector still owns its shards, and does not count for the share', () => {
    const leases = [lease(0, 'b'), lease(1, 'b')]
    const { claim } = plan(look({ peers: [{ id: 'b', draining: true }], leases }))
    expect(shardsOf(claim)).toEqual([2, 3])
  })

  test('a process that starts under the same id takes its shards back at once, and others only at its second look', () => {
    const leases = [lease(0, 'a'), lease(1, 'a'), lease(2, ''), lease(3, '')]
    expect(shardsOf(plan(look({ leases, mayTakeFree: false })).claim)).toEqual([0, 1])
    expect(shardsOf(plan(look({ leases })).claim)).toEqual([0, 1, 2, 3])
  })

  test('what was given by name is taken whatever the share', () => {
    const leases = [lease(0, 'a'), lease(1, 'a'), lease(2, 'a', 2), lease(3, 'b')]
    const { claim, give } = plan(look({ peers: [{ id: 'b' }], leases, held: [0, 1] }))
    expect(claim).toEqual([lease(2, 'a', 2)])
    expect(give).toEqual([])
  })

  test('two connectors begin at different places', () => {
    const first = (me: string) => plan(look({ me, shards: 64, peers: [{ id: 'x' }] })).claim[0]?.shard
    expect(first('connector-1')).not.toBe(first('connector-2'))
  })
})

describe('giving', () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7]

  test('the excess goes to those who joined, evenly', () => {
    const leases = all.map((shard) => lease(shard, 'a'))
    const { give } = plan(look({ shards: 8, peers: [{ id: 'b' }, { id: 'c' }], leases, held: all }))
    expect(give.map(({ to }) => to)).toEqual(['b', 'c', 'b', 'c', 'b'])
  })

  test('nothing is given to a connector that is draining or dead', () => {
    const leases = all.map((shard) => lease(shard, 'a'))
    const peers = [
      { id: 'b', draining: true },
      { id: 'c', until: NOW - 1 },
    ]
    expect(plan(look({ shards: 8, peers, leases, held: all })).give).toEqual([])
  })

  test('a balanced fleet does not move anything', () => {
    const leases = [
      ...[0, 1, 2].map((shard) => lease(shard, 'a')),
      ...[3, 4, 5].map((shard) => lease(shard, 'b')),
    ]
    const decided = plan(look({ shards: 6, peers: [{ id: 'b' }], leases, held: [0, 1, 2] }))
    expect(decided).toEqual({ lost: [], claim: [], give: [] })
  })
})

describe('losing', () => {
  test('a shard with another owner or another epoch is lost', () => {
    const leases = [lease(0, 'b', 2), lease(1, 'a', 3), lease(2, 'a', 1), lease(3, 'b')]
    const seen = look({ peers: [{ id: 'b' }], leases })
    const held = new Map([
      [0, 1],
      [1, 2],
      [2, 1],
    ])
    expect(plan({ ...seen, held }).lost).toEqual([0, 1])
  })
})

describe('leaving', () => {
  test('everything is handed to those who stay, the least loaded first', () => {
    const leases = [lease(0, 'a'), lease(1, 'a'), lease(2, 'b'), lease(3, 'b')]
    const given = handOn(look({ peers: [{ id: 'b' }, { id: 'c' }], leases, held: [0, 1] }))
    expect(given.map(({ to }) => to)).toEqual(['c', 'c'])
  })

  test('the last one leaves its shards to nobody', () => {
    const leases = [lease(0, 'a'), lease(1, 'a')]
    expect(handOn(look({ shards: 2, leases, held: [0, 1] })).map(({ to }) => to)).toEqual(['', ''])
  })
})

test('a simulated fleet converges to a balance from any start, and then stands still', () => {
  const leases = new Map<number, Lease>()
  const held = new Map<string, Map<number, number>>()
  const members = ['a', 'b', 'c']
  for (const member of members) held.set(member, new Map())
  const round = (present: string[]) => {
    let moves = 0
    for (const me of present) {
      const mine = held.get(me) ?? new Map<number, number>()
      const seen: Look = {
        me,
        shards: 16,
        fleet: { connectors: present.map((id) => connector({ id })), leases: [...leases.values()] },
        held: mine,
        mayTakeFree: true,
      }
      const decided = plan(seen)
      for (const shard of decided.lost) mine.delete(shard)
      for (const one of decided.claim) {
        leases.set(one.shard, { shard: one.shard, owner: me, epoch: one.epoch + 1 })
        mine.set(one.shard, one.epoch + 1)
      }
      for (const { lease: one, to } of decided.give) {
        mine.delete(one.shard)
        leases.set(one.shard, { ...one, owner: to })
      }
      moves += decided.claim.length + decided.give.length
    }
    return moves
  }
  round(['a'])
  expect(held.get('a')?.size).toBe(16)
  for (let i = 0; i < 5; i++) round(members)
  expect(members.map((member) => held.get(member)?.size)).toEqual([6, 5, 5])
  expect(round(members)).toBe(0)
  for (let i = 0; i < 3; i++) round(['b', 'c'])
  expect([held.get('b')?.size, held.get('c')?.size]).toEqual([8, 8])
  expect(round(['b', 'c'])).toBe(0)
})
