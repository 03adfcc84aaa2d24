/**
 * Messages from before the session was linked, as its phone hands them over. They move chats as others do, and count as
 * nothing new: nothing is unread, nothing is counted, nothing is told. What is known already is known better.
 */
import { chatKey } from '../chat.ts'
import type { MessageStatus } from '../contract/message.ts'
import { outgoingKey, receivedKey } from '../message.ts'
import type { Write } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import { chatChanges } from './chats.ts'
import { type Known, nameOf } from './known.ts'
import { type EventOf, messageChanges, placeInTime } from './messages.ts'

/**
 * As it would have been told then. `reached`: how far one of ours got. `isOlder`: something younger of its chat stands
 * there already, so that the chat stays where it is.
 */
export type Past = EventOf<'message.received' | 'message.sent'> & {
  reached?: MessageStatus
  isOlder?: boolean
}

/** The names of the items that it touches. */
export function touchedByPast({ sessionId, type, payload: { message }, isOlder }: Past): string[] {
  const key = type === 'message.sent' ? outgoingKey(sessionId, message.id) : receivedKey(sessionId, message)
  return [nameOf('messages', key), ...(isOlder ? [] : [nameOf('main', chatKey(sessionId, message.chatId))])]
}

export function projectHistory(past: Past[], retention: Retention, now: number, known: Known): Write[] {
  const messages = messageChanges(known, retention, now)
  const chats = chatChanges(known)
  for (const { reached, isOlder, ...event } of past) {
    const { message } = event.payload
    if (!(event.type === 'message.sent' ? messages.sent(event) : messages.received(event))) continue
    if (reached)
      messages.status({
        ...event,
        type: 'message.status',
        payload: { messageId: message.id, status: reached },
      })
    if (!isOlder) chats.said({ ...event, type: 'message.waiting' }, placeInTime(event, message))
  }
  return [...messages.writes(), ...chats.writes()]
}
