/**
 * A conversation is what one person and one line of ours say to each other until somebody completes it or nobody writes
 * for a while (24 hours by default). Whether it has expired is decided by the clock when it is read, to the
 * millisecond; that this is also written down later changes nothing that a reader sees.
 */
import * as z from 'zod'
import { OrderDetails } from '../order/order.ts'
import type { Key } from '../platform/dynamo.ts'

export const ConversationStatus = z.enum(['active', 'completed', 'expired'])
export type ConversationStatus = z.infer<typeof ConversationStatus>

/** The line of ours: a linked session, or a number at Twilio. */
export const Channel = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('session'), sessionId: z.string() }),
    z.object({ type: z.literal('twilio'), number: z.string() }),
  ])
  .meta({ id: 'ConversationChannel' })
export type Channel = z.infer<typeof Channel>

export const channelName = (channel: Channel): string =>
  channel.type === 'session' ? `session:${channel.sessionId}` : `twilio:${channel.number}`

/** The other side: E.164 with a plus where the number is known, else the LID's jid. */
export type Person = {
  key: string
  phoneNumber: string | null
  /** Where it is known beside the number, or alone. */
  lid?: string | undefined
  address: string
  name?: string | undefined
}

const count = z.int().default(0)
export const Conversation = z.object({
  v: z.literal(1).default(1),
  id: z.string(),
  accountId: z.string(),
  channel: Channel,
  /** The key of the person: see Person. */
  person: z.string(),
  phoneNumber: z.string().nullable(),
  lid: z.string().optional(),
  /** Where a reply goes: a chat id on a linked session, a phone number at Twilio. */
  address: z.string(),
  name: z.string().optional(),
  /** It went into this one, and leads there. */
  mergedInto: z.string().optional(),
  /** As stored: an active one may have expired already, see statusAt. */
  status: ConversationStatus,
  createdAt: z.iso.datetime(),
  lastActivity: z.iso.datetime(),
  /** When it expires unless somebody writes; when it ended, once it has. */
  endsAt: z.iso.datetime(),
  messageCount: count,
  inbound: count,
  outbound: count,
  /** Replies, whoever gave them, and those of people; how long the other side had waited for them, in ms. */
  replies: count,
  replyMs: count,
  firstReplyMs: z.int().optional(),
  agentReplies: count,
  agentReplyMs: count,
  firstAgentReplyMs: z.int().optional(),
  /** Since when the other side waits for a reply, and for one by a person. */
  awaitingReply: z.iso.datetime().optional(),
  awaitingAgent: z.iso.datetime().optional(),
  context: z.record(z.string(), z.unknown()).default({}),
  metadata: z.record(z.string(), z.unknown()).default({}),
  orderDetails: OrderDetails.nullable().default(null),
  /** What is said in it is kept sealed, as its session wants it. */
  encrypted: z.literal(true).optional(),
  /** Rises when context, metadata, order details or status change; messages leave it alone. */
  rev: count,
})
export type Conversation = z.infer<typeof Conversation>

export const conversationPartition = (id: string): string => `CONVERSATION#${id}`
export const conversationKey = (id: string): Key => ({ pk: conversationPartition(id), sk: 'CONVERSATION' })

/** @param at ISO 8601 in UTC */
export const statusAt = (
  { status, endsAt }: Pick<Conversation, 'status' | 'endsAt'>,
  at: string,
): ConversationStatus => (status === 'active' && endsAt <= at ? 'expired' : status)

/** How long it lasted, or lasts: an expired one ended with its last message. */
export function durationMs(conversation: Conversation, at: string): number {
  const status = statusAt(conversation, at)
  const end =
    status === 'active' ? at : status === 'expired' ? conversation.lastActivity : conversation.endsAt
  return Date.parse(end) - Date.parse(conversation.createdAt)
}
