/**
 * What a device hands on becomes events in the log. It resolves only when they are stored, and skips, with a log line,
 * what nobody can read: that must not hold up everything behind it.
 */
import type { Target } from '#core/contract/content.ts'
import type { Event } from '#core/contract/event.ts'
import { MessageFacts } from '#core/contract/message.ts'
import { type About, type Context, eventsOf } from '../convert/index.ts'
import { awaitingIn, type Receiver } from '../media/receiving.ts'
import type { Row } from '../socket/index.ts'
import { isUnwanted } from './choices.ts'
import { joinChats, tellsOfOne } from './joining.ts'
import { withNews } from './news.ts'
import type { Outbox } from './outbox.ts'
import type { SessionParts } from './parts.ts'
import { timersLearnt } from './timers.ts'

export type InboxParts = Pick<
  SessionParts,
  'about' | 'contacts' | 'timers' | 'seek' | 'session' | 'ledger' | 'keys' | 'append' | 'downloads' | 'log'
> & {
  receiver: Receiver
  outbox: Outbox
  /** What a conversion knows by then. */
  context(): Context
  /** Hears of events once they are stored. */
  react(events: Event[]): void
}

export function inbox(parts: InboxParts): (rows: Row[]) => Promise<void> {
  const { session, outbox, append, keys, context, log } = parts
  const eventsIn = (row: Row, around: Context, sent?: MessageFacts): Event[] => {
    try {
      return eventsOf(row, around, sent)
    } catch (error) {
      log.error({ err: error, rowId: row.id, kind: row.kind }, 'row skipped: it cannot be converted')
      return []
    }
  }

  const sentBy = async (row: Row): Promise<MessageFacts | undefined> => {
    if (row.kind === 'undecryptable')
      log.warn(
        { messageId: row.stanza.id, reason: row.reason },
        'message could not be read; asked for it again',
      )
    if (row.kind !== 'ack') return
    const sent = await sentFacts(parts, row.messageId)
    if (!sent) log.warn({ messageId: row.messageId }, 'answer to an unknown message')
    return sent
  }

  /** What a vote is about may have come with the same rows, a moment before. */
  const aboutIn = async (target: Target, before: Event[]): Promise<About | undefined> => {
    const facts = before.map(messageIn).find((message) => message?.id === target.messageId)
    return facts ? keys.opened(facts) : keys.about(target)
  }

  return async (all) => {
    const rows = all.filter((row) => !isUnwanted(session(), row))
    log.debug({ rows: rows.map(seen), ignored: all.length - rows.length }, 'rows come in')
    const sent = await Promise.all(rows.map(sentBy))
    const events: Event[] = []
    for (const [index, row] of rows.entries()) {
      const around = context()
      const read = eventsIn(row, around, sent[index])
      const target = row.kind === 'message' && read[0] && unopened(read[0])
      const found = target && (await aboutIn(target, events))
      events.push(...(found ? eventsIn(row, { ...around, about: found }) : read))
    }
    const timed = [...events, ...(await timersLearnt(parts.timers, events))]
    const told = await withNews(parts, rows, timed, context())
    await append(told)
    if (told.some(tellsOfOne)) joinChats(parts)
    parts.downloads.fetch(parts.receiver, awaitingIn(events))
    parts.react(events)
    outbox.settle(rows.flatMap((row) => (row.kind === 'ack' ? [row.messageId] : [])))
  }
}

/** What may stand in a log: never who, and never what was said. */
const seen = (row: Row) => {
  switch (row.kind) {
    case 'ack':
      return { kind: row.kind, id: row.messageId, error: row.error?.code }
    case 'receipt':
      return { kind: row.kind, ids: row.messageIds, type: row.stanza.type }
    case 'message':
    case 'undecryptable':
      return { kind: row.kind, id: row.stanza.id, type: row.stanza.type }
    case 'synced':
      return { kind: row.kind, changes: row.changes.map(({ what }) => what) }
    case 'history':
      return { kind: row.kind, failed: 'failed' in row.outcome ? row.outcome.failed : undefined }
    default:
      return { kind: row.kind, type: row.stanza.attrs.type }
  }
}

const messageIn = ({ payload }: Event): MessageFacts | undefined =>
  'message' in payload ? payload.message : undefined

/** The poll or event whose keys it takes to read this answer to it. */
function unopened(event: Event): Target | undefined {
  const message = messageIn(event)
  return message && (message.type === 'poll_vote' || message.type === 'event_response')
    ? message.target
    : undefined
}

async function sentFacts(
  { outbox, ledger }: InboxParts,
  messageId: string,
): Promise<MessageFacts | undefined> {
  const taken = outbox.factsOf(messageId)
  if (taken) return taken
  const stored = await ledger(messageId)
  return stored && MessageFacts.parse(stored)
}
