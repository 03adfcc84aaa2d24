/**
 * Whether a living connector holds a session's shard. The roster of connectors is read at most once a second, whatever
 * the number of requests; a connector that died is noticed that much later than its heartbeat lapses.
 */
import type { Fleet } from '#core/lease.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'

export type Roster = { isHeld(session: Pick<Session, 'shard'>): Promise<boolean> }

const FRESH_MS = 1_000

export function openRoster(read: () => Promise<Fleet>, now: Clock): Roster {
  let known: { at: number; fleet: Promise<Fleet> } | undefined

  const current = (): Promise<Fleet> => {
    if (known && now() - known.at < FRESH_MS) return known.fleet
    const fleet = read()
    known = { at: now(), fleet }
    fleet.catch(() => {
      known = undefined
    })
    return fleet
  }

  return {
    async isHeld({ shard }) {
      const { leases, connectors } = await current()
      const owner = leases.find((lease) => lease.shard === shard)?.owner
      return connectors.some(({ id, until }) => id === owner && until > now())
    },
  }
}
