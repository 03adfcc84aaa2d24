/**
 * Linked sessions feed conversations: what a person writes to the session's number, and what is written to them, by the
 * API or on the phone. Fed with an event of the log, once or many times, in order or not; groups, channels and
 * broadcasts are no conversations.
 */
import type { Event, MessageFacts } from '../contract/event.ts'
import { LID_SERVER, phoneNumberOf } from '../jid.ts'
import { NOTHING } from '../order/order.ts'
import { readOrder } from '../order/rules.ts'
import { iso, ttl } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import { placeInTime } from '../projection/messages.ts'
import { conclude, readsOrdersOn } from './conclude.ts'
import { type Channel, type Person, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { message, type NewMessage } from './message.ts'
import type { Outbound } from './outbound.ts'
import { living } from './read.ts'
import { CARED_FOR_AFTER } from './receive.ts'
import { type Compose, record } from './record.ts'
import { seenKey } from './seen.ts'

export type Feeding = {
  /** As in receive.ts. */
  later: ((key: Key) => Promise<void>) | undefined
  /** How automatic replies leave, where an account wants them on linked sessions. */
  outbound: Outbound | undefined
}

type MessageEvent = Extract<Event, { type: 'message.received' | 'message.sent' }>

/** Events that are no messages between two people change nothing. */
export async function feed(desk: Desk, event: Event, { later, outbound }: Feeding): Promise<void> {
  if (event.type !== 'message.received' && event.type !== 'message.sent') return
  const person = personOf(event.payload.message)
  if (!person) return
  const { sessionId, accountId } = event
  const channel: Channel = { type: 'session', sessionId }
  const told = toldBy(event)
  const key = feedKey(sessionId, event.payload.message)
  const line = { accountId, channel, person }

  const compose: Compose = (current, settings) => {
    const now = desk.store.now()
    const seen = { key, expiresAt: ttl(now, 2 * desk.retention.eventSeconds) }
    const reads =
      told.direction === 'inbound' && readsOrdersOn(settings, channel) && told.content.trim() !== ''
    const entry = { messages: [told], name: person.name }
    if (reads && later) return { ...entry, seen: { ...seen, answer: null, dueAt: now + CARED_FOR_AFTER } }
    const { orderDetails, reply } = conclude(
      reads ? readOrder(told.content) : NOTHING,
      current,
      settings,
      line,
    )
    return { ...entry, orderDetails, seen: { ...seen, answer: told.direction === 'inbound' ? reply : null } }
  }
  const recorded = await record(desk, line, event.timestamp, compose)
  const isUndecided =
    'repeated' in recorded
      ? recorded.repeated.listSk !== undefined && !recorded.repeated.outcomeAt
      : recorded.entry.seen.dueAt !== undefined
  if (isUndecided) await later?.(key)
  const answer = 'repeated' in recorded ? recorded.repeated.answer : recorded.entry.seen.answer
  if (!answer || !outbound) return
  const id = 'repeated' in recorded ? recorded.repeated.conversationId : recorded.conversation.id
  const conversation = await living(desk.store, accountId, id)
  if (statusAt(conversation, iso(desk.store.now())) === 'active')
    await outbound.reply(conversation, { text: answer, key: `reply ${key.pk}`, author: 'automatic' })
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

function toldBy(event: MessageEvent): NewMessage {
  const { message: facts } = event.payload
  return message({
    id: facts.id,
    content: facts.text ?? '',
    type: facts.type === 'image' ? 'image' : 'text',
    direction: facts.fromMe ? 'outbound' : 'inbound',
    author: facts.fromMe ? 'agent' : 'customer',
    timestamp: placeInTime(event, facts),
    metadata: { kind: facts.type },
  })
}
