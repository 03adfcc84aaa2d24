/**
 * How many messages of each session wait to be taken by WhatsApp. The heartbeat of its connector says so, and is read
 * anyway; where no connector says anything, or the session is stopped, what waits in the ledger is counted.
 */
import type { Session } from '#core/session.ts'
import { countWaiting } from '#core/waiting-count.ts'
import type { Deps } from '../deps.ts'

type Known = { session: Session; told: number | undefined }

/** What is not linked has nothing to send; the device of a stopped session is not open, so nobody knows what is in it. */
async function toldOf(roster: Deps['roster'], session: Session): Promise<number | undefined> {
  if (!session.state.linked) return 0
  return session.wanted ? roster.queueOf(session) : undefined
}

export async function queuesOf(
  { roster, store }: Pick<Deps, 'roster' | 'store'>,
  sessions: Session[],
): Promise<(sessionId: string) => number> {
  const known: Known[] = await Promise.all(
    sessions.map(async (session) => ({ session, told: await toldOf(roster, session) })),
  )
  const silent = known.filter(({ told }) => told === undefined).map(({ session }) => session)
  const counted = await countWaiting(store, new Set(silent.map(({ shard }) => shard)))
  const queues = new Map(known.map(({ session: { id }, told }) => [id, told ?? counted.get(id) ?? 0]))
  return (sessionId) => queues.get(sessionId) ?? 0
}
