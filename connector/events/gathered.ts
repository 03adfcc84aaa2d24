/**
 * What has to be said of sessions, gathered: once per turn and session however much it was, one telling on its way at a
 * time. Delays nothing, and forgets no session: what was not taken is told again, without what is volatile, which is not
 * worth that.
 */
import { type Event, type EventType, isVolatile } from '#core/contract/event.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { pauses } from '../pauses.ts'

type About = Pick<Session, 'id' | 'accountId'>
/** What happened in a session, and what of it is in no log. */
export type Gathered = About & { types: ReadonlySet<EventType>; volatile: Event[] }

/** Volatile events of one session and telling, beyond which the newest are enough. */
const VOLATILE = 20

/** @param retry the pauses between attempts */
export function gathering(
  tell: (sessions: Gathered[]) => Promise<void>,
  log: Log,
  retry: () => Iterable<() => Promise<void>> = () => pauses(250, 5_000),
): (session: About, events: Event[]) => void {
  let due = new Map<string, Gathered>()
  let isTelling = false

  const tellAll = async () => {
    while (due.size > 0) {
      const taken = [...due.values()]
      due = new Map()
      await persistently(taken)
    }
    isTelling = false
  }

  const persistently = async (taken: Gathered[]) => {
    let sessions = taken
    for (const pause of retry()) {
      try {
        return await tell(sessions)
      } catch (err) {
        log.warn({ err, sessions: taken.length }, 'listeners were not told; they are told again')
        sessions = taken.map((one) => ({ ...one, volatile: [] }))
        await pause()
      }
    }
  }

  return ({ id, accountId }, events) => {
    const known = due.get(id)
    const types = new Set([...(known?.types ?? []), ...events.map(({ type }) => type)])
    const volatile = [...(known?.volatile ?? []), ...events.filter(isVolatile)].slice(-VOLATILE)
    due.set(id, { id, accountId, types, volatile })
    if (isTelling) return
    isTelling = true
    setImmediate(() => void tellAll())
  }
}
