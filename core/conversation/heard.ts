/**
 * What an event of a linked session tells a conversation: a message between its number and one person. Groups, channels
 * and broadcasts are no conversations.
 */
import { isDeed } from '../contract/content.ts'
import type { Event } from '../contract/event.ts'
import type { MessageFacts } from '../contract/message.ts'
import { LID_SERVER, phoneNumberOf } from '../jid.ts'
import type { Key } from '../platform/dynamo.ts'
import { placeInTime } from '../projection/messages.ts'
import { channelName, type Person } from './conversation.ts'
import { message, type NewMessage } from './message.ts'
import { partsOf, typeOf } from './parts.ts'
import type { Line } from './plan.ts'
import { seenKey } from './seen.ts'

export type Heard = {
  line: Line
  /** Names the line among others. */
  lineName: string
  message: NewMessage
  key: Key
  /** When it became known, ISO 8601. */
  at: string
}

/** Undefined for an event that is no message between two people. */
export function heardBy(event: Event): Heard | undefined {
  if (event.type !== 'message.received' && event.type !== 'message.sent') return
  const { sessionId, accountId, timestamp } = event
  const { message: facts } = event.payload
  if (isDeed(facts)) return
  const person = personOf(facts)
  if (!person) return
  const channel = { type: 'session' as const, sessionId }
  return {
    line: { accountId, channel, person },
    lineName: `${accountId} ${channelName(channel)} ${person.key}`,
    key: feedKey(sessionId, facts),
    at: timestamp,
    message: message({
      sk: event.id,
      id: facts.id,
      content: facts.text ?? '',
      type: typeOf(facts),
      direction: facts.fromMe ? 'outbound' : 'inbound',
      author: facts.fromMe ? 'agent' : 'customer',
      timestamp: placeInTime(event, facts),
      metadata: partsOf(facts),
    }),
  }
}

/** A message of a session is known by this, whether its event or the API brought it. */
export const feedKey = (
  sessionId: string,
  { id, chatId, fromMe }: Pick<MessageFacts, 'id' | 'chatId' | 'fromMe'>,
): Key => seenKey(`session:${sessionId}`, fromMe ? `out#${id}` : `${chatId}#${id}`)

function personOf({ chatId, fromMe, sender }: MessageFacts): Person | undefined {
  const phoneNumber = phoneNumberOf(chatId)
  if (!phoneNumber && !chatId.endsWith(`@${LID_SERVER}`)) return
  return {
    key: phoneNumber ?? chatId,
    phoneNumber: phoneNumber ?? null,
    address: chatId,
    name: fromMe ? undefined : sender.name,
  }
}
