/**
 * Whether a living connector holds a session's shard, and what it says of it. The roster of connectors is read at most once a second, whatever
 * the number of requests; a connector that died is noticed that much later than its heartbeat lapses.
 */
import { type Fleet, QUEUES_TOLD } from '#core/lease.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'

export type Roster = {
  isHeld(session: Pick<Session, 'shard'>): Promise<boolean>
  /** How many messages of a session wait in its connector; undefined when no connector says. */
  queueOf(session: Pick<Session, 'id' | 'shard'>): Promise<number | undefined>
}

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

  const ownerOf = async (shard: number) => {
    const { leases, connectors } = await current()
    const owner = leases.find((lease) => lease.shard === shard)?.owner
    return connectors.find(({ id, until }) => id === owner && until > now())
  }

  return {
    isHeld: async ({ shard }) => (await ownerOf(shard)) !== undefined,

    async queueOf({ id, shard }) {
      const { queues } = (await ownerOf(shard)) ?? {}
      if (!queues) return
      return queues[id] ?? (Object.keys(queues).length < QUEUES_TOLD ? 0 : undefined)
    },
  }
}
