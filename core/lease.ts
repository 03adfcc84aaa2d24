/**
 * Who owns which shard. A connector keeps one item of its own alive by heartbeats, and its leases hold exactly as long
 * as that item does; every change of a lease is conditional on what was observed, so two connectors never both believe
 * that they won. Clocks decide only how soon a dead connector is replaced: that an old owner changes nothing any more
 * is guaranteed by the epoch, which rises with every claim and fences the writes of device state.
 */
import * as z from 'zod'
import { iso, ttl } from './platform/clock.ts'
import type { Store, Write } from './platform/dynamo.ts'
import { updating } from './platform/expression.ts'
import { allOf } from './platform/pages.ts'

/** `owner` is a connector's id, or empty when nobody owns the shard. The epoch rises with every claim. */
export const Lease = z.object({
  shard: z.int(),
  owner: z.string(),
  epoch: z.int(),
  /** Until it is claimed: who gave it away, why, and when its sessions began to move. */
  handed: z
    .object({ from: z.string(), why: z.enum(['drain', 'rebalance']), at: z.iso.datetime() })
    .optional(),
})
export type Lease = z.infer<typeof Lease>

/** How busy a connector is: its share of one core, and the memory that it holds. */
export const Load = z.object({ cpuPercent: z.int(), memoryMb: z.int() })
export type Load = z.infer<typeof Load>

/** A heartbeat is small: it tells of so many queues, the longest ones. */
export const QUEUES_TOLD = 100

export const ConnectorRecord = z.object({
  id: z.string(),
  /** Tells apart two processes that carry the same id: the one that started last is the connector. */
  boot: z.string(),
  /** Which heartbeat of this process it was; they may arrive in another order than they were sent in. */
  beat: z.int().nullish(),
  startedAt: z.iso.datetime(),
  beatAt: z.iso.datetime(),
  /** Its leases hold until then (ms since 1970). */
  until: z.number(),
  /** It is leaving: nothing is handed to it any more. */
  draining: z.boolean(),
  shards: z.array(z.int()),
  sessions: z.int(),
  /** Of these, how many have no connection and seek one. */
  away: z.int().nullish(),
  /** By session, how many messages wait to be taken by WhatsApp, where some do: see QUEUES_TOLD. */
  queues: z.record(z.string(), z.int()).nullish(),
  /** Since the heartbeat before. */
  load: Load.nullish(),
  /** The `until` of a lapse that was told. */
  lostUntil: z.number().optional(),
})
export type ConnectorRecord = z.infer<typeof ConnectorRecord>

export type Fleet = { connectors: (ConnectorRecord & { alive: boolean })[]; leases: Lease[] }

const LEASES = 'LEASE'
const CONNECTORS = 'CONNECTOR'
/** A connector that died stays visible for so long, in seconds. */
const REMEMBERED = 3_600

const leaseKey = (shard: number) => ({ pk: LEASES, sk: `SHARD#${shard}` })
const connectorKey = (id: string) => ({ pk: CONNECTORS, sk: id })

/** Everyone who was alive within the last hour, and every lease. A few read units, whatever the number of sessions. */
export async function fleet(store: Store, now: number): Promise<Fleet> {
  const [connectors, leases] = await Promise.all([
    allOf(store, 'main', ConnectorRecord, CONNECTORS),
    allOf(store, 'main', Lease, LEASES),
  ])
  return { connectors: connectors.map((one) => ({ ...one, alive: one.until > now })), leases }
}

/** The connector that owns a shard; its heartbeat may have lapsed (`until` in the past). Undefined when nobody does. */
export async function shardOwner(
  store: Store,
  shard: number,
): Promise<{ connectorId: string; until: number } | undefined> {
  const lease = await store.get('main', Lease, leaseKey(shard))
  if (!lease?.owner) return
  const owner = await store.get('main', ConnectorRecord, connectorKey(lease.owner))
  return owner && { connectorId: owner.id, until: owner.until }
}

/** Whether this is the owner of a shard now, and under this epoch. */
export async function isOwner(store: Store, { shard, owner, epoch }: Lease): Promise<boolean> {
  const lease = await store.get('main', Lease, leaseKey(shard))
  return lease?.owner === owner && lease.epoch === epoch
}

/**
 * Announces a connector that has just started. A process that still runs under the same id is superseded by it. An
 * announcement that arrives late does not undo heartbeats that came since.
 */
export async function register(store: Store, connector: ConnectorRecord): Promise<void> {
  const put = { ...connectorKey(connector.id), ...connector, expiresAt: ttl(store.now(), REMEMBERED) }
  const condition = `attribute_not_exists(pk) OR boot <> :boot OR ${NOT_OVERTAKEN}`
  const values = { ':boot': connector.boot, ':beat': numberOf(connector) }
  await store.transact([{ table: 'main', put, condition, values }])
}

/**
 * False when another process has registered under this id, or the record is gone: the caller is no connector now. One
 * that was overtaken by a later one on its way changes nothing, and is as good as accepted.
 */
export async function beat(store: Store, connector: ConnectorRecord): Promise<boolean> {
  if (await renew(store, connector)) return true
  const known = await store.get('main', ConnectorRecord, connectorKey(connector.id))
  return known?.boot === connector.boot && numberOf(known) > numberOf(connector)
}

/** A heartbeat that was delayed on its way must not shorten what a later one has promised. */
const NOT_OVERTAKEN = 'attribute_not_exists(beat) OR beat <= :beat'

const numberOf = ({ beat: number }: ConnectorRecord): number => number ?? 0

const renew = (store: Store, connector: ConnectorRecord): Promise<boolean> =>
  store.update('main', connectorKey(connector.id), {
    UpdateExpression:
      'SET beat = :beat, beatAt = :beatAt, #until = :until, draining = :draining, shards = :shards, sessions = :sessions, away = :away, #queues = :queues, #load = :load, expiresAt = :expiresAt',
    ConditionExpression: `boot = :boot AND (${NOT_OVERTAKEN})`,
    names: { '#until': 'until', '#queues': 'queues', '#load': 'load' },
    values: {
      ':boot': connector.boot,
      ':beat': numberOf(connector),
      ':beatAt': connector.beatAt,
      ':until': connector.until,
      ':draining': connector.draining,
      ':shards': connector.shards,
      ':sessions': connector.sessions,
      ':away': connector.away ?? 0,
      ':queues': connector.queues ?? null,
      ':load': connector.load ?? null,
      ':expiresAt': ttl(store.now(), REMEMBERED),
    },
  })

/** To go with the event that tells of its loss: fails when somebody has told of it, or it lives. */
export function losing({ id, boot, until }: ConnectorRecord): Write {
  const update = updating().set('lostUntil', until)
  const [known, end, told] = ['boot', 'until', 'lostUntil'].map(update.name)
  update.where(`${known} = ${update.value(boot)} AND ${end} = ${update.value(until)}`)
  update.where(`attribute_not_exists(${told}) OR ${told} <> ${update.value(until)}`)
  return { table: 'main', update: connectorKey(id), set: update.build() }
}

/** Takes a leaving connector off the list. */
export const unregister = (store: Store, id: string): Promise<void> => store.remove('main', connectorKey(id))

/**
 * Takes a shard, provided that its lease is still what the caller saw. Undefined when somebody was faster, or when an
 * earlier attempt of the caller did succeed unnoticed: then the lease carries its name, and it may claim once more.
 */
export async function claim(store: Store, observed: Lease, owner: string): Promise<Lease | undefined> {
  const claimed = { shard: observed.shard, owner, epoch: observed.epoch + 1 }
  const won = await store.update('main', leaseKey(observed.shard), {
    UpdateExpression: 'SET #shard = :shard, #owner = :owner, epoch = :next, since = :since REMOVE handed',
    ConditionExpression: isNew(observed) ? 'attribute_not_exists(pk)' : '#owner = :seen AND epoch = :epoch',
    names: { '#owner': 'owner', '#shard': 'shard' },
    values: {
      ':shard': observed.shard,
      ':owner': owner,
      ':next': claimed.epoch,
      ':since': iso(store.now()),
      ...(isNew(observed) ? {} : { ':seen': observed.owner, ':epoch': observed.epoch }),
    },
  })
  return won ? claimed : undefined
}

/**
 * Gives a shard to another connector, which then claims it, or to nobody (empty). False when it was not ours.
 * @param at when its sessions began to move, in ms since 1970
 */
export async function handOver(
  store: Store,
  lease: Lease,
  to: string,
  { why, at }: { why: 'drain' | 'rebalance'; at: number },
): Promise<boolean> {
  return store.update('main', leaseKey(lease.shard), {
    UpdateExpression: 'SET #owner = :to, handed = :handed',
    ConditionExpression: '#owner = :owner AND epoch = :epoch',
    names: { '#owner': 'owner' },
    values: {
      ':to': to,
      ':handed': { from: lease.owner, why, at: iso(at) },
      ':owner': lease.owner,
      ':epoch': lease.epoch,
    },
  })
}

/** No lease is claimed so often. */
const FAR_ABOVE = 1_000_000

/**
 * After a backup of this table was restored while device state was not: raises the epochs of all shards above those
 * under which the devices were opened since, which would keep everybody out. No connector may be running on it.
 */
export async function raiseEpochs(store: Store, shards: number): Promise<void> {
  const { leases } = await fleet(store, store.now())
  const epochs = new Map(leases.map(({ shard, epoch }) => [shard, epoch]))
  for (let shard = 0; shard < shards; shard++) {
    const raised: Lease = { shard, owner: '', epoch: (epochs.get(shard) ?? 0) + FAR_ABOVE }
    await store.put('main', { ...leaseKey(shard), ...raised })
  }
}

/** The lease of a shard that nobody has ever claimed. */
export const untouched = (shard: number): Lease => ({ shard, owner: '', epoch: 0 })

const isNew = (lease: Lease): boolean => lease.epoch === 0
