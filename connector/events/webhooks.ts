/** Tells the fan-out of webhooks that there is news in the logs of sessions that a webhook listens to. */
import type { Event } from '#core/contract/event.ts'
import { chunks } from '#core/platform/chunks.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import type { Stream } from '#core/webhook/job.ts'
import { newsTeller } from '#core/webhook/queues.ts'
import { type Gathered, gathering } from './gathered.ts'

/** Sessions of one note: SQS takes 256 KB. */
const PER_NOTE = 50

export function webhookTeller(
  jobs: Jobs,
  log: Log,
  retry?: Parameters<typeof gathering>[2],
): (session: Pick<Session, 'id' | 'accountId' | 'webhooks'>, events: Event[]) => void {
  const tell = newsTeller(jobs)
  const tellSome = (sessions: Gathered[]) =>
    tell(
      sessions.flatMap(streamOf),
      sessions.flatMap(({ volatile }) => volatile),
    )
  const gather = gathering(
    async (sessions) => {
      for (const some of chunks(sessions, PER_NOTE)) await tellSome(some)
    },
    log,
    retry,
  )
  return (session, events) => {
    if (session.webhooks && events.length > 0) gather(session, events)
  }
}

/** What is volatile stands in no log, so a log has no news of it. */
const streamOf = ({ id, accountId, types, volatile }: Gathered): Stream[] => {
  const transient = new Set<string>(volatile.map(({ type }) => type))
  const stored = [...types].filter((type) => !transient.has(type))
  return stored.length > 0 ? [{ accountId, stream: id, types: stored }] : []
}
