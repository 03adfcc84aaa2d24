/**
 * What an event of a linked session tells a conversation: a message between its number and one person. Groups, channels
 * and broadcasts are no conversations.
 */
import { isDeed } from '../contract/content.ts'
import type { Event } from '../contract/event.ts'
import type { MessageFacts } from '../contract/message.ts'
import { LID_SERVER, phoneNumberOf } from '../jid.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { placeInTime } from '../projection/messages.ts'
import { byNumber } from './by-number.ts'
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
  const line: Line = { accountId, channel: { type: 'session', sessionId }, person }
  return {
    line,
    lineName: lineNameOf(line),
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

/** The same, under numbers that are known meanwhile. */
export async function heardByNumber(store: Store, heard: Heard[]): Promise<Heard[]> {
  const lines = await byNumber(
    store,
    heard.map(({ line }) => line),
  )
  return heard.map((one, index) => {
    const line = lines[index]
    return line && line !== one.line ? { ...one, line, lineName: lineNameOf(line) } : one
  })
}

const lineNameOf = ({ accountId, channel, person }: Line): string =>
  `${accountId} ${channelName(channel)} ${person.key}`

/** A message of a session is known by this, whether its event or the API brought it. */
export const feedKey = (
  sessionId: string,
  { id, chatId, fromMe }: Pick<MessageFacts, 'id' | 'chatId' | 'fromMe'>,
): Key => seenKey(`session:${sessionId}`, fromMe ? `out#${id}` : `${chatId}#${id}`)

const lidOf = (lid: string | undefined) => (lid ? { lid } : {})

function personOf({ chatId, fromMe, sender }: MessageFacts): Person | undefined {
  const phoneNumber = phoneNumberOf(chatId)
  if (!phoneNumber && !chatId.endsWith(`@${LID_SERVER}`)) return
  return {
    key: phoneNumber ?? chatId,
    phoneNumber: phoneNumber ?? null,
    ...lidOf(phoneNumber ? (fromMe ? undefined : sender.lid) : chatId),
    address: chatId,
    name: fromMe ? undefined : sender.name,
  }
}
