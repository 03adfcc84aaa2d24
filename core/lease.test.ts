import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, database } from '../test/support/database.ts'
import {
  beat,
  type ConnectorRecord,
  claim,
  fleet,
  handOver,
  isOwner,
  register,
  shardOwner,
  unregister,
  untouched,
} from './lease.ts'

const START = Date.UTC(2026, 0, 1)
const clock = { now: START }
let db: Database
let id: string
let shard = 0

beforeAll(async () => {
  db = await database({ now: () => clock.now })
})
afterAll(() => db.close())
beforeEach(() => {
  clock.now = START
  shard++
  id = `c${shard}`
})

const connector = (boot: string, until = clock.now + 6_000): ConnectorRecord => ({
  id,
  boot,
  startedAt: new Date(clock.now).toISOString(),
  beatAt: new Date(clock.now).toISOString(),
  until,
  draining: false,
  shards: [],
  sessions: 0,
})

test('of two connectors that claim the same free shard, one wins', async () => {
  const answers = await Promise.all([
    claim(db.store, untouched(shard), 'a'),
    claim(db.store, untouched(shard), 'b'),
  ])
  const won = answers.filter((lease) => lease !== undefined)
  expect(won).toHaveLength(1)
  expect((await fleet(db.store, clock.now)).leases.find((lease) => lease.shard === shard)).toEqual(won[0])
})

test('every claim raises the epoch, and a claim on an outdated view fails', async () => {
  const first = await claim(db.store, untouched(shard), 'a')
  if (!first) throw new Error('a free shard was not to be had')
  const second = await claim(db.store, first, 'b')
  expect(second).toEqual({ shard, owner: 'b', epoch: 2 })
  expect(await claim(db.store, first, 'c')).toBeUndefined()
  expect(await claim(db.store, untouched(shard), 'c')).toBeUndefined()
})

test('a shard that was handed over is claimed by the one it was given to, and no longer ours to give', async () => {
  const mine = await claim(db.store, untouched(shard), 'a')
  if (!mine) throw new Error('a free shard was not to be had')
  const why = { why: 'drain' as const, at: Date.UTC(2026, 0, 1) }
  expect(await handOver(db.store, mine, 'b', why)).toBe(true)
  expect(await handOver(db.store, mine, 'c', why)).toBe(false)
  const seen = async () => (await fleet(db.store, 0)).leases.find((lease) => lease.shard === shard)
  expect(await seen()).toMatchObject({
    owner: 'b',
    handed: { from: 'a', why: 'drain', at: '2026-01-01T00:00:00.000Z' },
  })
  expect(await claim(db.store, { ...mine, owner: 'b' }, 'b')).toEqual({ shard, owner: 'b', epoch: 2 })
  expect(await seen()).toEqual({ shard, owner: 'b', epoch: 2 })
})

test('an owner of former times is known to be none any more', async () => {
  const mine = await claim(db.store, untouched(shard), 'a')
  if (!mine) throw new Error('a free shard was not to be had')
  expect(await isOwner(db.store, mine)).toBe(true)
  await claim(db.store, mine, 'a')
  expect(await isOwner(db.store, mine)).toBe(false)
})

test('a heartbeat of a process that was superseded under its id is refused', async () => {
  await register(db.store, connector('old'))
  expect(await beat(db.store, connector('old'))).toBe(true)
  await register(db.store, connector('new'))
  expect(await beat(db.store, connector('old'))).toBe(false)
  expect(await beat(db.store, connector('new'))).toBe(true)
})

test('a heartbeat that was overtaken by a later one changes nothing, and is no sign of another process', async () => {
  await register(db.store, connector('b'))
  await beat(db.store, { ...connector('b', START + 10_000), beat: 3 })
  expect(await beat(db.store, { ...connector('b', START + 8_000), beat: 2 })).toBe(true)
  await register(db.store, { ...connector('b', START + 6_000), beat: 1 })
  const seen = async () => (await fleet(db.store, clock.now)).connectors.find((one) => one.id === id)
  expect((await seen())?.until).toBe(START + 10_000)
  expect(await beat(db.store, { ...connector('b', START + 9_000), beat: 4 })).toBe(true)
  expect((await seen())?.until).toBe(START + 9_000)
})

test('a heartbeat of a connector that is off the list is refused', async () => {
  await register(db.store, connector('b'))
  await unregister(db.store, id)
  expect(await beat(db.store, connector('b'))).toBe(false)
})

test('the owner of a shard is known with the time until which it holds, and a lapsed one is not alive', async () => {
  expect(await shardOwner(db.store, shard)).toBeUndefined()
  await register(db.store, connector('b'))
  await claim(db.store, untouched(shard), id)
  expect(await shardOwner(db.store, shard)).toEqual({ connectorId: id, until: START + 6_000 })
  clock.now += 6_001
  const seen = await fleet(db.store, clock.now)
  expect(seen.connectors.find((one) => one.id === id)?.alive).toBe(false)
})
