import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Accounts from '#core/account.ts'
import { FLEET_LOG } from '#core/contract/fleet.ts'
import { beat, claim, fleet, register, untouched } from '#core/lease.ts'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import { apiWorld, type World } from '../../test/support/api.ts'

const ADMIN = 'token-operator'
let w: World

beforeAll(async () => {
  w = await apiWorld()
  await Accounts.ensure(w.store, { id: 'operator', plan: 'enterprise', admin: true }, ADMIN)
})
afterAll(() => w.close())

type Body = {
  code: string
  connectors: { id: string }[]
  shards: { total: number; orphaned: number[] }
}
const list = async (token = ADMIN) => {
  const { status, body } = await w.request('GET', '/api/connectors', undefined, { token })
  return { status, body: body as unknown as Body }
}
const record = (id: string, sessions: number) => ({
  id,
  boot: `boot-${id}`,
  startedAt: iso(w.clock.now),
  beatAt: iso(w.clock.now),
  until: w.clock.now + 6_000,
  draining: false,
  shards: [],
  sessions,
})

test('an operator sees who holds what, how busy each is, and what nobody holds', async () => {
  const startedAt = iso(w.clock.now)
  const before = await fleet(w.store, w.clock.now)
  const leaseOf = (shard: number) => before.leases.find((lease) => lease.shard === shard) ?? untouched(shard)
  await register(w.store, record('one', 3))
  await register(w.store, record('two', 5))
  await claim(w.store, leaseOf(0), 'one')
  await claim(w.store, leaseOf(1), 'two')
  w.clock.now += 1_500
  const load = { cpuPercent: 12, memoryMb: 150 }
  await beat(w.store, { ...record('one', 7), load })
  w.clock.now += 5_000

  const { status, body } = await list()
  expect(status).toBe(200)
  expect(body.connectors.filter(({ id }) => ['one', 'two'].includes(id))).toEqual([
    { id: 'one', status: 'alive', startedAt, heartbeatAgeMs: 5_000, shards: [0], sessions: 7, load },
    { id: 'two', status: 'lost', startedAt, heartbeatAgeMs: 6_500, shards: [1], sessions: 0, load: null },
  ])
  expect(body.shards.total).toBe(w.deps.shards)
  expect(body.shards.orphaned).toContain(1)
  expect(body.shards.orphaned).not.toContain(0)
})

test('handovers are read from the log of the fleet', async () => {
  const payload = {
    shard: 1,
    epoch: 2,
    from: 'two',
    to: 'one',
    reason: 'failover' as const,
    sessions: 4,
    durationMs: 5_100,
    complete: true,
  }
  const event = { id: '01JGFJJZ000000000000000001', ...FLEET_LOG, timestamp: iso(w.clock.now) }
  await append(w.store, w.retention, [{ ...event, type: 'connector.handover', payload }])
  const read = (token: string) => w.request('GET', '/api/connectors/events', undefined, { token })
  expect((await read(ADMIN)).body).toMatchObject({
    events: [{ type: 'connector.handover', payload }],
    nextCursor: null,
  })
  expect((await read('token-acme')).status).toBe(403)
})

test('the log of the fleet is paged from either end', async () => {
  const ids = Array.from({ length: 5 }, (_, n) => `01JGFJJZ00000000000000001${n}`)
  const about = { ...FLEET_LOG, timestamp: iso(w.clock.now), type: 'connector.left' as const }
  await append(
    w.store,
    w.retention,
    ids.map((id) => ({ ...about, id, payload: { connectorId: id, startedAt: about.timestamp } })),
  )
  const page = async (query: string) => {
    const { body } = await w.request('GET', `/api/connectors/events?limit=2&${query}`, undefined, {
      token: ADMIN,
    })
    return { ids: body.events.map(({ id }) => id), next: body.nextCursor }
  }
  const [first, second] = [await page('order=desc'), await page(`order=desc&cursor=${ids[3]}`)]
  expect(first).toEqual({ ids: [ids[4], ids[3]], next: ids[3] })
  expect(second).toEqual({ ids: [ids[2], ids[1]], next: ids[1] })
  expect((await page(`order=desc&cursor=${ids[0]}`)).ids).toEqual(['01JGFJJZ000000000000000001'])
  expect((await page(`cursor=${ids[0]}`)).ids).toEqual([ids[1], ids[2]])
})

test('others are not shown the fleet, with or without a valid token', async () => {
  await w.connected()
  expect(await list('token-acme')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
  expect(await list('nonsense')).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } })
})
