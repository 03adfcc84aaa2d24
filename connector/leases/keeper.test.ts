import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ConnectorRecord, type Lease, untouched } from '#core/lease.ts'
import { logger } from '#core/platform/log.ts'
import { type Book, Keeper, type Loss } from './keeper.ts'

const TIMING = { HEARTBEAT_MS: 2_000, LEASE_TTL_MS: 6_000, FENCE_MARGIN_MS: 1_500, LEASE_LOOK_MS: 500 }
const SHARDS = 4

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => {
  for (const keeper of running.splice(0)) keeper.stop()
  vi.useRealTimers()
})
const running: Keeper[] = []

/**
 * The leases as a table in memory, with the conditions of core/lease.ts. Every call of one id that is `down` fails, and
 * of one that is `mute` is never answered.
 */
function table() {
  const leases = new Map<number, Lease>()
  const connectors = new Map<string, ConnectorRecord>()
  const down = new Set<string>()
  const mute = new Set<string>()
  const owns = (seen: Lease) => {
    const lease = leases.get(seen.shard) ?? untouched(seen.shard)
    return lease.owner === seen.owner && lease.epoch === seen.epoch
  }
  const book = (caller: string): Book => {
    const guard = async <T>(work: () => T): Promise<T> => {
      await Promise.resolve()
      if (down.has(caller)) throw new Error('the store is down')
      if (mute.has(caller)) return new Promise(() => undefined)
      return work()
    }
    return {
      fleet: (now) =>
        guard(() => ({
          connectors: [...connectors.values()].map((one) => ({ ...one, alive: one.until > now })),
          leases: [...leases.values()],
        })),
      register: (connector) => guard(() => void connectors.set(connector.id, connector)),
      beat: (connector) =>
        guard(() => {
          const known = connectors.get(connector.id)
          if (known?.boot !== connector.boot) return false
          if ((known.beat ?? 0) <= (connector.beat ?? 0)) connectors.set(connector.id, connector)
          return true
        }),
      unregister: (id) => guard(() => void connectors.delete(id)),
      claim: (seen, owner) =>
        guard(() => {
          if (!owns(seen)) return undefined
          const lease = { shard: seen.shard, owner, epoch: seen.epoch + 1 }
          leases.set(seen.shard, lease)
          return lease
        }),
      handOver: (lease, to) =>
        guard(() => owns(lease) && leases.set(lease.shard, { ...lease, owner: to }) !== undefined),
    }
  }
  return { leases, connectors, down, mute, book }
}

type Heard = { acquired: number[]; lost: [number, Loss][]; superseded: number }

function keeper(
  world: ReturnType<typeof table>,
  id: string,
  options: { boot?: string; closesIn?: number; slept?: { ms: number } } = {},
) {
  const heard: Heard = { acquired: [], lost: [], superseded: 0 }
  /** Shards that never close. */
  const slow = new Set<number>()
  const one = new Keeper({
    book: world.book(id),
    id,
    boot: options.boot ?? id,
    shards: SHARDS,
    timing: TIMING,
    now: () => Date.now(),
    monotonic: () => performance.now() + (options.slept?.ms ?? 0),
    log: logger('silent'),
    onAcquired: (shard) => void heard.acquired.push(shard),
    onLost: async (shard, why) => {
      await new Promise((resolve) => slow.has(shard) || setTimeout(resolve, options.closesIn ?? 0))
      heard.lost.push([shard, why])
    },
    onSuperseded: () => void heard.superseded++,
    sessions: () => 0,
  })
  running.push(one)
  return { keeper: one, heard, slow }
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

test('a lone connector holds every shard after its second look', async () => {
  const { keeper: a, heard } = keeper(table(), 'a')
  await a.start()
  await pass(600)
  expect(heard.acquired.toSorted()).toEqual([0, 1, 2, 3])
})

test('two that start together share without taking anything from each other', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  expect([a.keeper.held.size, b.keeper.held.size]).toEqual([2, 2])
  expect([a.heard.lost, b.heard.lost]).toEqual([[], []])
})

test('a joining connector is given its share, after the sockets are closed', async () => {
  const world = table()
  const a = keeper(world, 'a', { closesIn: 300 })
  await a.keeper.start()
  await pass(1_000)
  const b = keeper(world, 'b')
  await b.keeper.start()
  await pass(700)
  expect(b.heard.acquired).toEqual([])
  await pass(1_300)
  expect(a.heard.lost.map(([, why]) => why)).toEqual(['handover', 'handover'])
  expect(b.keeper.held.size).toBe(2)
  for (const [shard, epoch] of b.keeper.held)
    expect(world.leases.get(shard)).toEqual({ shard, owner: 'b', epoch })
})

test('the shards of a connector that was killed are held by the other within ttl and one look', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  a.keeper.stop()
  await pass(TIMING.LEASE_TTL_MS + TIMING.LEASE_LOOK_MS)
  expect(b.keeper.held.size).toBe(SHARDS)
})

test('a connector whose store is gone stops its sockets before another one can own them', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  world.down.add('a')
  let stoppedAt = 0
  let takenAt = 0
  for (let at = 0; at < 10_000; at += 50) {
    await pass(50)
    if (!stoppedAt && a.heard.lost.length === 2) stoppedAt = at
    if (!takenAt && b.keeper.held.size === SHARDS) takenAt = at
  }
  expect(a.heard.lost.map(([, why]) => why)).toEqual(['not-renewed', 'not-renewed'])
  expect(takenAt - stoppedAt).toBeGreaterThanOrEqual(TIMING.FENCE_MARGIN_MS - 100)
  world.down.delete('a')
  await pass(3_000)
  expect([a.keeper.held.size, b.keeper.held.size]).toEqual([2, 2])
})

test('a store that is away for three seconds costs nothing', async () => {
  const world = table()
  const a = keeper(world, 'a')
  await a.keeper.start()
  await pass(2_100)
  world.down.add('a')
  await pass(3_000)
  world.down.delete('a')
  await pass(5_000)
  expect(a.heard.lost).toEqual([])
})

test.each(['down', 'mute'] as const)(
  'while its store is %s, no two connectors ever hold the same shard',
  async (how) => {
    const world = table()
    const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
    await Promise.all([a.keeper.start(), b.keeper.start()])
    await pass(3_000)
    for (const awayFor of [1_000, 3_000, 4_600, 6_100, 20_000]) {
      world[how].add('a')
      for (let at = 0; at < awayFor + 10_000; at += 50) {
        await pass(50)
        if (at === awayFor) world[how].delete('a')
        const both = [...a.keeper.held.keys()].filter((shard) => b.keeper.held.has(shard))
        expect([awayFor, at, both]).toEqual([awayFor, at, []])
      }
      expect(a.keeper.held.size + b.keeper.held.size).toBe(SHARDS)
    }
  },
)

/** As SIGSTOP does: time passes for everybody, and none of its timers fires. */
function sleeper(world: ReturnType<typeof table>, id: string) {
  const slept = { ms: 0 }
  const one = keeper(world, id, { slept })
  return { ...one, slept }
}

test('a process that was paused while nobody else was there goes on with what it still owns', async () => {
  const world = table()
  const { keeper: a, heard, slept } = sleeper(world, 'a')
  await a.start()
  await pass(3_000)
  slept.ms = 60_000
  await pass(3_000)
  expect(heard.lost).toEqual([])
  expect(a.held.size).toBe(SHARDS)
})

test('a process that was held up for less than its lease asks, and has let go before that could be taken', async () => {
  const world = table()
  const { keeper: a, heard, slept } = sleeper(world, 'a')
  await a.start()
  await pass(3_000)
  // The heartbeat of 2 s is good until 8 s; the next, due at 4 s, is sent at 7 s.
  world.mute.add('a')
  slept.ms = 3_000
  await pass(1_000)
  expect(heard.lost).toEqual([])
  await pass(800)
  expect(heard.lost.map(([, why]) => why)).toEqual(Array(SHARDS).fill('not-renewed'))
})

test('a process that was paused beyond its lease and finds no store stops', async () => {
  const world = table()
  const { keeper: a, heard, slept } = sleeper(world, 'a')
  await a.start()
  await pass(3_000)
  world.mute.add('a')
  slept.ms = 60_000
  await pass(1_100 + TIMING.LEASE_TTL_MS - TIMING.FENCE_MARGIN_MS)
  expect(heard.lost.map(([, why]) => why)).toEqual(Array(SHARDS).fill('not-renewed'))
})

test('a process that was paused beyond its lease stops what was taken meanwhile, and takes nothing back', async () => {
  const world = table()
  const { keeper: a, heard, slept } = sleeper(world, 'a')
  await a.start()
  await pass(3_000)
  for (const lease of world.leases.values())
    world.leases.set(lease.shard, { ...lease, owner: 'b', epoch: lease.epoch + 1 })
  world.connectors.set('b', { ...world.connectors.get('a')!, id: 'b', boot: 'b', until: Date.now() + 60_000 })
  slept.ms = 60_000
  await pass(2_000)
  expect(heard.lost.map(([, why]) => why)).toEqual(Array(SHARDS).fill('taken'))
  await pass(3_000)
  expect(heard.acquired).toHaveLength(SHARDS)
})

test('a restart under the same id takes its shards back at once, and the old process ends', async () => {
  const world = table()
  const old = keeper(world, 'a', { boot: 'old' })
  await old.keeper.start()
  await pass(1_000)
  const young = keeper(world, 'a', { boot: 'new' })
  await young.keeper.start()
  await pass(10)
  expect(young.keeper.held.size).toBe(SHARDS)
  await pass(2_500)
  expect(old.heard.superseded).toBe(1)
  expect(old.keeper.held.size).toBe(0)
  expect(young.heard.lost).toEqual([])
})

test('draining closes, hands on to those who stay and leaves the list', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  const drained = a.keeper.drain()
  await pass(600)
  await drained
  expect(world.connectors.has('a')).toBe(false)
  expect(b.keeper.held.size).toBe(SHARDS)
  expect(a.heard.lost.map(([, why]) => why)).toEqual(['drain', 'drain'])
})

test('a shard that does not close in time keeps no other from being handed on', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  const [slow, quick] = [...a.keeper.held.keys()]
  a.slow.add(slow!)
  void a.keeper.drain()
  await pass(600)
  expect([b.keeper.held.has(quick!), b.keeper.held.has(slow!)]).toEqual([true, false])
  void a.keeper.resign()
  await pass(600)
  expect(b.keeper.held.has(slow!)).toBe(true)
})

test('a shard that does not close when it is to be given away keeps nothing else from going on', async () => {
  const world = table()
  const [a, b] = [keeper(world, 'a'), keeper(world, 'b')]
  await Promise.all([a.keeper.start(), b.keeper.start()])
  await pass(3_000)
  for (const shard of a.keeper.held.keys()) a.slow.add(shard)
  await keeper(world, 'c').keeper.start()
  await keeper(world, 'd').keeper.start()
  await pass(2_000)
  const [leaving] = [...a.slow].filter((shard) => !a.keeper.held.has(shard))
  expect(leaving).toBeDefined()
  b.keeper.stop()
  await pass(TIMING.LEASE_TTL_MS + TIMING.LEASE_LOOK_MS)
  const orphans = [...world.leases.values()].filter(({ owner }) => owner === 'b')
  expect(orphans).toEqual([])
  expect(world.leases.get(leaving!)).toMatchObject({ owner: 'a', epoch: 1 })
  expect(a.keeper.held.has(leaving!)).toBe(false)
})

test('two that leave at the same time hand everything to the one that stays', async () => {
  const world = table()
  const [a, b, c] = ['a', 'b', 'c'].map((id) => keeper(world, id, { closesIn: 50 }))
  await Promise.all([a!.keeper.start(), b!.keeper.start(), c!.keeper.start()])
  await pass(3_000)
  void a!.keeper.drain()
  void b!.keeper.drain()
  await pass(600)
  expect(c!.keeper.held.size).toBe(SHARDS)
  expect([...world.connectors.keys()]).toEqual(['c'])
})

test('a connector that cannot reach the store at its start goes on trying', async () => {
  const world = table()
  world.down.add('a')
  const a = keeper(world, 'a')
  const started = a.keeper.start()
  await pass(10_000)
  expect(a.keeper.failingSince).toBeDefined()
  world.down.delete('a')
  await pass(1_000)
  await started
  await pass(1_000)
  expect(a.keeper.held.size).toBe(SHARDS)
})
