/**
 * The events of conversations, as entries of the log. Those of a linked session stand in the session's log, those of
 * the Twilio channel in a log of their own per account.
 */
import type { ConversationFacts, Event } from '../contract/event.ts'
import { hiddenEvent } from '../hidden.ts'
import { sessionPartition } from '../partition.ts'
import { ttl } from '../platform/clock.ts'
import type { Write } from '../platform/dynamo.ts'
import type { Channel, Conversation, ConversationStatus } from './conversation.ts'
import type { Desk } from './desk.ts'
import type { Message } from './message.ts'

type Told = Extract<Event, { type: `conversation.${string}` }>
export type ToldType = Told['type']
type PayloadOf<T extends ToldType> = Omit<Extract<Told, { type: T }>['payload'], 'conversation'>

/** Under which name the log keeps what happens on a channel. */
export const streamOf = (accountId: string, channel: Channel): string =>
  channel.type === 'session' ? channel.sessionId : twilioStream(accountId)
export const twilioStream = (accountId: string): string => `twilio:${accountId}`

export function told<T extends ToldType>(
  desk: Desk,
  conversation: Conversation,
  type: T,
  payload: PayloadOf<T>,
  as: { status: ConversationStatus; at: string },
): Write {
  const id = desk.newEventId()
  const sessionId = streamOf(conversation.accountId, conversation.channel)
  const event = {
    id,
    sessionId,
    accountId: conversation.accountId,
    type,
    timestamp: as.at,
    ...(conversation.encrypted ? { encrypted: true as const } : {}),
    payload: { conversation: factsOf(conversation, as.status), ...payload },
  }
  return {
    table: 'events',
    put: {
      pk: sessionPartition(sessionId),
      sk: id,
      ...hiddenEvent(event as unknown as Event),
      expiresAt: ttl(desk.store.now(), desk.retention.eventSeconds),
    },
    condition: 'attribute_not_exists(pk)',
  }
}

const factsOf = (
  { id, channel, phoneNumber, lid, name, createdAt, lastActivity, endsAt }: Conversation,
  status: ConversationStatus,
): ConversationFacts => ({
  id,
  channel,
  phoneNumber,
  ...(lid ? { lid } : {}),
  name: name ?? null,
  status,
  createdAt,
  lastActivity,
  endsAt,
})

/** Characters of a message that an event shows. */
const PREVIEW = 1_000

export const preview = ({ id, type, direction, author, content }: Message) => ({
  id,
  type,
  direction,
  author,
  content: content.slice(0, PREVIEW).toWellFormed(),
})

/** That the order changed, if it did. */
export const orderTold = (
  desk: Desk,
  before: Conversation,
  next: Conversation,
  as: { status: ConversationStatus; at: string },
): Write[] =>
  next.orderDetails && next.rev !== before.rev
    ? [told(desk, next, 'conversation.order', { orderDetails: next.orderDetails }, as)]
    : []
