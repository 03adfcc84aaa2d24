/**
 * Messages from before the session was linked, as its phone hands them over. They move chats as others do, and count as
 * nothing new: nothing is unread, nothing is counted, nothing is told. What is known already is known better.
 */
import type { MessageStatus } from '../contract/message.ts'
import { isListed } from '../jid.ts'
import type { Write } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import { chatChanges } from './chats.ts'
import type { Known } from './known.ts'
import { type EventOf, messageChanges, placeInTime } from './messages.ts'

/** As it would have been told then. `reached`: how far one of ours got. */
export type Past = EventOf<'message.received' | 'message.sent'> & { reached?: MessageStatus }

export function projectHistory(past: Past[], retention: Retention, now: number, known: Known): Write[] {
  const messages = messageChanges(known, retention, now)
  const chats = chatChanges(known)
  for (const { reached, ...event } of past) {
    const { message } = event.payload
    if (!(event.type === 'message.sent' ? messages.sent(event) : messages.received(event))) continue
    if (reached)
      messages.status({
        ...event,
        type: 'message.status',
        payload: { messageId: message.id, status: reached },
      })
    if (isListed(message.chatId))
      chats.said({ ...event, type: 'message.waiting' }, placeInTime(event, message))
  }
  return [...messages.writes(), ...chats.writes()]
}
