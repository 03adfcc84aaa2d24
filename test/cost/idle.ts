/**
 * What a deployment asks of DynamoDB in a minute in which nothing happens: connectors look at the leases and say that
 * they live, each shard is looked at for work, each session is compared with what runs, its log is read for what
 * conversations missed, and once an hour its days for how much it had to do.
 */
import { CATCH_UP_EVERY } from '#core/conversation/schedule.ts'
import { Timing } from '../../connector/timing.ts'
import { type Counts, callsOf } from './counts.ts'

export type Fleet = { sessions: number; connectors: number; shards: number }
type Units = { writeUnits: number; readUnits: number }

/** A query that finds nothing, or little, and may lag behind. */
const LITTLE = 0.5
/** Bytes of a lease, of a connector's record, and of a session: so many of them make a read unit. */
const [LEASE, RECORD, SESSION] = [200, 600, 1_200]
const UNIT = 4_096

/** Read units of one look at all leases. */
export const leaseLook = (shards: number): number => Math.ceil((shards * LEASE) / UNIT)

export const idleMinute = ({ sessions, connectors, shards }: Fleet, counts: Counts): Units => {
  const perMinute = (...parts: string[]) => callsOf(counts.idle, ...parts)
  const looks = perMinute('Query main LEASE')
  const oneLook = leaseLook(shards) + Math.ceil((connectors * RECORD) / UNIT)
  const looksAtShard = perMinute('SHARD') / counts.shards
  const compared = Math.ceil((sessions * SESSION) / UNIT) * LITTLE * (60_000 / Timing.parse({}).RECONCILE_MS)
  // Its mark and its log, both read as they are now, and its place in the list of sessions.
  const caughtUp = (sessions * (2 + (SESSION / UNIT) * LITTLE)) / CATCH_UP_EVERY
  // Its place in the list again, and its counters of eight days; and each time whether the hour was looked at.
  const watched = (sessions * (1 + (SESSION / UNIT) * LITTLE)) / 60 + 1 / CATCH_UP_EVERY
  // The sweep: each shard for messages and for intents; the others: accounts, conversations, messages to be read.
  const jobs = 2 * shards * LITTLE + 3 * LITTLE
  return {
    writeUnits: perMinute('UpdateItem main CONNECTOR') * connectors,
    readUnits:
      looks * oneLook * connectors + looksAtShard * LITTLE * shards + compared + caughtUp + watched + jobs,
  }
}
