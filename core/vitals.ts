/**
 * How the fleet is, in a few numbers that alarms and the scaling of connectors are built on. They come from the
 * heartbeats in the database and not from the connectors themselves, so that their silence is a number too.
 */
import type { Fleet } from './lease.ts'
import type { Unit } from './platform/metrics.ts'

/** Every number that there is. The stacks name them from here, so that no alarm waits for one that nobody writes. */
export const VITALS = {
  /** Connectors that are alive and take sessions. */
  connectors: 'Connectors',
  sessions: 'Sessions',
  /** Not written when there is no connector, because a scaler would take zero for idleness. */
  sessionsPerConnector: 'SessionsPerConnector',
  /** Of the sessions, how many have no connection and seek one, in percent. */
  away: 'SessionsAway',
  /** Shards that no living connector owns: their sessions are not connected. */
  orphanShards: 'OrphanShards',
} as const

export function vitalsOf(
  { connectors, leases }: Fleet,
  shards: number,
): Record<string, { value: number; unit: Unit }> {
  const alive = connectors.filter((one) => one.alive)
  const taking = alive.filter(({ draining }) => !draining)
  const owners = new Set(alive.map(({ id }) => id))
  const owned = leases.filter(({ shard, owner }) => shard < shards && owners.has(owner))
  const sessions = alive.reduce((sum, one) => sum + one.sessions, 0)
  const away = alive.reduce((sum, one) => sum + (one.away ?? 0), 0)
  const count = (value: number) => ({ value, unit: 'Count' as const })
  return {
    [VITALS.connectors]: count(taking.length),
    [VITALS.sessions]: count(sessions),
    ...(taking.length > 0 ? { [VITALS.sessionsPerConnector]: count(sessions / taking.length) } : {}),
    [VITALS.away]: { value: sessions > 0 ? (100 * away) / sessions : 0, unit: 'Percent' },
    [VITALS.orphanShards]: count(shards - owned.length),
  }
}
