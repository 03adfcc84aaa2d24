/** SIGSTOP for many times as long as a lease holds, then SIGCONT: whoever took over meanwhile notices nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Leases from '#core/lease.ts'
import type { Session } from '#core/session.ts'
import { type ConnectorWorld, connectorWorld, type Running } from '../support/connector.ts'
import { connectorProcesses } from '../support/connector-process.ts'
import { until } from '../support/until.ts'

/** The lease is long enough that none lapses because this machine is busy. */
const QUICK = { HEARTBEAT_MS: 500, LEASE_TTL_MS: 8_000, FENCE_MARGIN_MS: 2_000, LEASE_LOOK_MS: 150 }
/** Three leases. test/chaos/fleet sleeps for a whole minute. */
const ASLEEP_MS = 3 * QUICK.LEASE_TTL_MS
const ANN = '4915600000099'
const LINES = 3

let world: ConnectorWorld
let other: Running
const { start, killAll } = connectorProcesses(() => world)
const lines: Session[] = []
let sleeper: ReturnType<typeof start>

beforeAll(async () => {
  world = await connectorWorld({ timing: QUICK })
  const env = Object.fromEntries(Object.entries(QUICK).map(([name, value]) => [name, `${value}`]))
  sleeper = start({ CONNECTOR_ID: 'sleeper-1', ...env })
  await sleeper.ready()
  for (let n = 0; n < LINES; n++) lines.push(await world.line(`491570000001${n}`))
})
afterAll(async () => {
  killAll()
  await world.close()
})

const leases = async () => (await Leases.fleet(world.store, Date.now())).leases
const arrived = async () => (await world.phones.inbox(ANN)).messages
const written = async () =>
  (await Promise.all(lines.map(({ id }) => world.events(id)))).flatMap((events) => events.map(({ id }) => id))
const everyoneWrites = async (what: string) => {
  for (const { id } of lines) await world.send(id, `+${ANN}`, `${what} of ${id}`)
  const came = async () => (await arrived()).filter(({ text }) => text?.startsWith(what)).length
  await until(what, async () => (await came()) === LINES)
}

test('a connector that was paused changes nothing when it wakes', async () => {
  await everyoneWrites('before')
  sleeper.child.kill('SIGSTOP')
  const asleepAt = performance.now()
  other = await world.connector('other')
  await until('the other holds everything', () => other.health().sessions.open === LINES)
  await everyoneWrites('meanwhile')
  await until('it has slept enough', () => performance.now() - asleepAt > ASLEEP_MS, { withinMs: 60_000 })
  await until('the lines are at rest', async () => {
    const sessions = await Promise.all(lines.map(({ id }) => world.find(id)))
    return sessions.every(({ state }) => state.status === 'connected')
  })
  const before = { leases: await leases(), events: await written() }

  // It joins again as everybody does: the other one gives it its share, of its own accord.
  sleeper.child.kill('SIGCONT')
  await until('it has said that it lives', async () => {
    const { connectors } = await Leases.fleet(world.store, Date.now())
    return connectors.find(({ id }) => id === 'sleeper-1')?.alive
  })
  await until('both have their share', () => other.health().shards.length === 2)
  await until('everyone is connected', async () => {
    const sessions = await Promise.all(lines.map(({ id }) => world.find(id)))
    return sessions.every(({ state }) => state.status === 'connected')
  })
  await everyoneWrites('after')

  for (const { shard, owner, epoch, handed } of await leases()) {
    const known = before.leases.find((lease) => lease.shard === shard)!
    if (owner === 'other') expect([shard, epoch]).toEqual([shard, known.epoch])
    else expect([shard, owner, epoch - known.epoch]).toEqual([shard, 'sleeper-1', handed ? 0 : 1])
  }
  const kept = new Set(await written())
  expect(before.events.filter((id) => !kept.has(id))).toEqual([])
  const reasons = (await Promise.all(lines.map(({ id }) => world.statuses(id)))).flat()
  expect(reasons.filter((reason) => reason.includes('replaced'))).toEqual([])
  const copies = (await arrived()).filter(({ text }) => !text?.startsWith('before'))
  expect(copies.filter((message) => message.copies > 1)).toEqual([])
  expect(sleeper.output()).toContain('shard taken by another connector')
  expect(sleeper.child.exitCode).toBeNull()
})
