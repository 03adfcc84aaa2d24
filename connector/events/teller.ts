/**
 * Tells those who make conversations of messages what was stored, for sessions that have it switched on. Telling is
 * best effort and delays nothing: whatever gets lost on the way stands in the log, where the timed job finds it.
 */
import type { Event } from '#core/contract/event.ts'
import type { EventJob } from '#core/contract/job.ts'
import { isPerson } from '#core/jid.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'

/** Events of one note, and their bytes: SQS takes 256 KB. */
const LIMITS = { events: 40, bytes: 200_000 }

export type Teller = (session: Pick<Session, 'settings'>, events: Event[]) => void

export function teller(jobs: Jobs, log: Log): Teller {
  let waiting: Event[] = []

  const flush = async () => {
    const bodies = [...notes(waiting)]
    waiting = []
    try {
      await jobs.send(bodies.map((body) => ({ body })))
    } catch (err) {
      log.warn(
        { err, notes: bodies.length },
        'conversations were not told; the timed job finds it in the log',
      )
    }
  }

  return ({ settings }, events) => {
    const worthTelling = settings.conversations ? events.filter(isOfConversation) : []
    if (worthTelling.length === 0) return
    if (waiting.length === 0) setImmediate(() => void flush())
    waiting.push(...worthTelling)
  }
}

const isOfConversation = (event: Event): boolean =>
  (event.type === 'message.received' || event.type === 'message.sent') &&
  isPerson(event.payload.message.chatId)

function* notes(events: Event[]): Generator<string> {
  let batch: Event[] = []
  let bytes = 0
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event))
    if (batch.length === LIMITS.events || (batch.length > 0 && bytes + size > LIMITS.bytes)) {
      yield body(batch)
      batch = []
      bytes = 0
    }
    batch.push(event)
    bytes += size
  }
  if (batch.length > 0) yield body(batch)
}

const body = (events: Event[]): string => JSON.stringify({ v: 1, events } satisfies EventJob)
