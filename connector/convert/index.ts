/**
 * From what a device hands on to what the product tells: rows of the journal become events of the log. Pure, and an
 * event's id is its row's id, so a row that is handed on again becomes the same event again.
 */
import type { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import type { Row } from '../socket/index.ts'
import { ackEvents } from './ack.ts'
import { callEvents } from './call.ts'
import { channelEvents } from './channel.ts'
import { type Context, nthId } from './context.ts'
import { groupEvents } from './group.ts'
import { historyEvents } from './history.ts'
import { messageEvents, waitingEvents } from './message.ts'
import { pictureEvents } from './picture.ts'
import { receiptEvents } from './receipt.ts'
import { resentIn } from './resent.ts'
import { syncedEvents } from './synced.ts'

export type { About, Context } from './context.ts'
export { announcedBy, knowing, pastIn, secondOf, timersIn } from './history.ts'
export type { Directory } from './identity.ts'
export { decode, encode, encodeMessage, textMessage, Unsendable } from './outgoing.ts'
export { BrokenHistory, encodeHeads, headsIn, messagesIn } from './sync-stream.ts'
export { heardIn } from './synced.ts'

/** Types of notifications. */
const OF_CHANNELS = new Set(['newsletter', 'mex'])

/**
 * @param sent what the ledger knows of the message that an `ack` row speaks of
 * @throws Error when a message's bytes cannot be decoded
 */
export function eventsOf(row: Row, context: Context, sent?: MessageFacts): Event[] {
  switch (row.kind) {
    case 'message': {
      const resent = resentIn(row, context).flatMap((one) => messageEvents(one, context))
      return resent.length > 0
        ? resent.map((event, index) => ({ ...event, id: nthId(row.id, index) }))
        : messageEvents(row, context)
    }
    case 'receipt':
      return receiptEvents(row, context)
    case 'ack':
      return ackEvents(row, sent, context)
    case 'undecryptable':
      return waitingEvents(row, context)
    // Of businesses nothing is told yet.
    case 'notification':
      return noticeEvents(row, context)
    case 'call':
      return callEvents(row, context)
    case 'synced':
      return syncedEvents(row, context)
    case 'history':
      return historyEvents(row, context)
  }
}

function noticeEvents(row: Extract<Row, { kind: 'notification' }>, context: Context): Event[] {
  const { type = '' } = row.stanza.attrs
  if (type === 'picture') return pictureEvents(row, context)
  return OF_CHANNELS.has(type) ? channelEvents(row, context) : groupEvents(row, context)
}
