/**
 * Tells that something happened in a session that somebody listens to, once per turn and session however much it was.
 * Delays nothing, and forgets no session: one that the queue did not take is told again. Volatile events are not worth
 * that.
 */
import { type Event, isVolatile } from '#core/contract/event.ts'
import { isListenedTo } from '#core/live/listening.ts'
import { liveJob } from '#core/live/tell.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { pauses } from '../pauses.ts'

type Listened = Pick<Session, 'id' | 'accountId' | 'listening'>
type Due = { accountId: string; volatile: Event[] }

/** Volatile events of one job, beyond which the newest are enough. */
const VOLATILE = 20

export function liveTeller(
  jobs: Jobs,
  now: Clock,
  log: Log,
  retry: () => Iterable<() => Promise<void>> = () => pauses(250, 5_000),
): (session: Listened, events: Event[]) => void {
  let due = new Map<string, Due>()
  let isTelling = false

  const tellAll = async () => {
    while (due.size > 0) {
      const taken = due
      due = new Map()
      await tell(taken)
    }
    isTelling = false
  }

  const tell = async (taken: Map<string, Due>) => {
    let volatile = true
    for (const pause of retry()) {
      try {
        return await jobs.send(
          [...taken].map(([id, { accountId, volatile: events }]) =>
            liveJob({ id, accountId }, volatile ? events : []),
          ),
        )
      } catch (err) {
        log.warn({ err, sessions: taken.size }, 'live connections were not told; they are told again')
        volatile = false
        await pause()
      }
    }
  }

  return (session, events) => {
    if (!isListenedTo(session, now())) return
    const known = due.get(session.id)?.volatile ?? []
    const volatile = [...known, ...events.filter(isVolatile)].slice(-VOLATILE)
    due.set(session.id, { accountId: session.accountId, volatile })
    if (isTelling) return
    isTelling = true
    setImmediate(() => void tellAll())
  }
}
