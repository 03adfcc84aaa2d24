/**
 * What a device hands on becomes events in the log. It resolves only when they are stored, and skips, with a log line,
 * what nobody can read: that must not hold up everything behind it.
 */
import { type Event, MessageFacts } from '#core/contract/event.ts'
import { iso } from '#core/platform/clock.ts'
import { eventsOf } from '../convert/index.ts'
import type { Device, Row } from '../socket/index.ts'
import type { Outbox } from './outbox.ts'
import type { SessionParts } from './parts.ts'

export type InboxParts = Pick<SessionParts, 'about' | 'ledger' | 'append' | 'now' | 'log'> & {
  outbox: Outbox
  device(): Pick<Device, 'me' | 'phoneNumberOf'> | undefined
}

export function inbox(parts: InboxParts): (rows: Row[]) => Promise<void> {
  const { about, outbox, device, append, now, log } = parts
  const directory = (lid: string) => device()?.phoneNumberOf(lid)

  const eventsIn = async (row: Row): Promise<Event[]> => {
    const sent = row.kind === 'ack' ? await sentFacts(parts, row.messageId) : undefined
    if (row.kind === 'ack' && !sent) log.warn({ messageId: row.messageId }, 'answer to an unknown message')
    if (row.kind === 'undecryptable')
      log.warn(
        { messageId: row.stanza.id, reason: row.reason },
        'message could not be read; asked for it again',
      )
    try {
      return eventsOf(row, { session: about, me: device()?.me, directory, now: iso(now()) }, sent)
    } catch (error) {
      log.error({ err: error, rowId: row.id, kind: row.kind }, 'row skipped: it cannot be converted')
      return []
    }
  }

  return async (rows) => {
    const events = await Promise.all(rows.map(eventsIn))
    await append(events.flat())
    outbox.settle(rows.flatMap((row) => (row.kind === 'ack' ? [row.messageId] : [])))
  }
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
