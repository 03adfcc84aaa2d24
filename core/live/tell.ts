/**
 * Tells that something happened in a session, where somebody listens. A job names the session and not the event, so one
 * that is lost or repeated changes nothing but the time: the next one finds everything in the log.
 */
import { randomUUID } from 'node:crypto'
import type { Event } from '../contract/event.ts'
import type { LiveJob } from '../contract/job.ts'
import type { Job, Jobs } from '../platform/jobs.ts'
import type { Notes } from '../platform/notes.ts'

export type Heard = { id: string; accountId: string }
export type Live = {
  /** Never fails. */
  tell(sessions: Heard[]): Promise<void>
}

export const liveJob = ({ id, accountId }: Heard, volatile: Event[] = []): Job => ({
  body: JSON.stringify({ v: 1, sessionId: id, accountId, volatile } satisfies LiveJob),
  group: id,
  id: randomUUID(),
})

/** Where there is no queue nobody is told. */
export const nobody: Live = { tell: async () => undefined }

export const openLive = (jobs: Jobs, log: Pick<Notes, 'warn'>): Live => ({
  async tell(sessions) {
    if (sessions.length === 0) return
    try {
      await jobs.send(sessions.map((session) => liveJob(session)))
    } catch (err) {
      log.warn(
        { err, sessions: sessions.length },
        'live connections were not told; the next event finds them',
      )
    }
  },
})
