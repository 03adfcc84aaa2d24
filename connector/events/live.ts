/** Tells live connections that something happened in a session that somebody listens to. */
import type { Event } from '#core/contract/event.ts'
import { isListenedTo } from '#core/live/mark.ts'
import { liveJob } from '#core/live/tell.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { gathering } from './gathered.ts'

type Listened = Pick<Session, 'id' | 'accountId' | 'listening'>

export function liveTeller(
  jobs: Jobs,
  now: Clock,
  log: Log,
  retry?: Parameters<typeof gathering>[2],
): (session: Listened, events: Event[]) => void {
  const gather = gathering(
    (sessions) => jobs.send(sessions.map((session) => liveJob(session, session.volatile))),
    log,
    retry,
  )
  return (session, events) => {
    if (isListenedTo(session, now())) gather(session, events)
  }
}
