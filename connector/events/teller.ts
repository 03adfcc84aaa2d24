/**
 * Makes conversations of the messages that were stored, for sessions that have it switched on. A few at a time are
 * written at once; many together, and what needs more than writing, go to the queue of those who do that. All of it is
 * best effort and delays nothing: whatever gets lost on the way stands in the log, where the timed job finds it.
 */
import type { Event } from '#core/contract/event.ts'
import type { EventJob } from '#core/contract/job.ts'
import type { Fed } from '#core/conversation/feed-directly.ts'
import { isPerson } from '#core/jid.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { feedsConversations } from '#core/settings.ts'
import { eventsIn } from './written.ts'

/** Events of one note, and their bytes: SQS takes 256 KB. */
const LIMITS = { events: 40, bytes: 200_000 }

/** With more than this waiting, those who work in batches have it cheaper. */
const AT_ONCE = 10

type Told = Pick<Session, 'id' | 'accountId' | 'settings' | 'listening' | 'webhooks'>
export type Teller = (session: Told, events: Event[]) => void

type Options = {
  jobs: Jobs
  /** Writes them, and says what is left. */
  feed(events: Event[]): Promise<Fed>
  /** What was written to the log of a session. */
  onWritten(session: Told, events: Event[]): void
  log: Log
}

export function teller({ jobs, feed, onWritten, log }: Options): Teller {
  let waiting: { session: Told; event: Event }[] = []
  let isTelling = false

  const handOn = async (events: Event[]) => {
    const bodies = [...notes(events)]
    try {
      await jobs.send(bodies.map((body) => ({ body })))
    } catch (err) {
      log.warn(
        { err, notes: bodies.length },
        'conversations were not told; the timed job finds it in the log',
      )
    }
  }

  const write = async (some: typeof waiting): Promise<Event[]> => {
    const events = some.map(({ event }) => event)
    try {
      const { left, written } = await feed(events)
      const sessions = new Map(some.map(({ session }) => [session.id, session]))
      for (const [id, items] of Map.groupBy(written, ({ sessionId }) => sessionId)) {
        const session = sessions.get(String(id))
        if (session) onWritten(session, eventsIn(items))
      }
      return left
    } catch (err) {
      log.warn({ err, events: events.length }, 'conversations were not written; the queue takes the messages')
      return events
    }
  }

  const tellAll = async () => {
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      const left = taken.length > AT_ONCE ? taken.map(({ event }) => event) : await write(taken)
      if (left.length > 0) await handOn(left)
    }
    isTelling = false
  }

  return (session, events) => {
    const worthTelling = feedsConversations(session.settings) ? events.filter(isOfConversation) : []
    if (worthTelling.length === 0) return
    waiting.push(...worthTelling.map((event) => ({ session, event })))
    if (isTelling) return
    isTelling = true
    setImmediate(() => void tellAll())
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
