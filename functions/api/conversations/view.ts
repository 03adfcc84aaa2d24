/** How conversations are shown, and how a request names one. */
import * as z from 'zod'
import {
  Channel,
  type Conversation,
  ConversationStatus,
  durationMs,
  statusAt,
} from '#core/conversation/conversation.ts'
import { Author, Direction, Kind, type NewMessage } from '#core/conversation/message.ts'
import type { Reached } from '#core/conversation/statuses.ts'
import { OrderDetails } from '#core/order/order.ts'

export const ConversationView = z
  .object({
    id: z.string(),
    channel: Channel,
    phoneNumber: z
      .string()
      .nullable()
      .meta({ description: 'Null while only the LID of the person is known' }),
    lid: z.string().nullable().meta({ description: 'WhatsApp’s own id of the person, where it is known' }),
    name: z.string().nullable(),
    status: ConversationStatus,
    createdAt: z.iso.datetime(),
    lastActivity: z.iso.datetime(),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Unless somebody writes; null once it has ended' }),
    endedAt: z.iso.datetime().nullable(),
    durationMs: z.int(),
    messageCount: z.int(),
    context: z.record(z.string(), z.unknown()),
    metadata: z.record(z.string(), z.unknown()),
    orderDetails: OrderDetails.nullable(),
  })
  .meta({ id: 'Conversation' })

export const EXAMPLE = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  channel: { type: 'twilio', number: '+14155238886' },
  phoneNumber: '+4915123456789',
  lid: null,
  name: 'John Doe',
  status: 'active',
  createdAt: '2026-01-01T10:00:00.000Z',
  lastActivity: '2026-01-01T10:30:00.000Z',
  expiresAt: '2026-01-02T10:30:00.000Z',
  endedAt: null,
  durationMs: 1_800_000,
  messageCount: 6,
  context: { customer_type: 'new' },
  metadata: {},
  orderDetails: { items: [{ name: 'Product A', quantity: 5 }] },
}

/** @param at ISO 8601: the clock decides whether it has expired */
export function viewOf(conversation: Conversation, at: string): z.infer<typeof ConversationView> {
  const { id, channel, phoneNumber, lid, name, createdAt, lastActivity, endsAt } = conversation
  const { messageCount, context, metadata, orderDetails } = conversation
  const status = statusAt(conversation, at)
  return {
    id,
    channel,
    phoneNumber,
    lid: lid ?? null,
    name: name ?? null,
    status,
    createdAt,
    lastActivity,
    expiresAt: status === 'active' ? endsAt : null,
    endedAt: status === 'active' ? null : endsAt,
    durationMs: durationMs(conversation, at),
    messageCount,
    context,
    metadata,
    orderDetails,
  }
}

export const ConversationMessage = z
  .object({
    id: z.string(),
    content: z.string(),
    type: Kind.meta({ description: 'What it really is stands in `metadata.kind`' }),
    direction: Direction,
    author: Author,
    timestamp: z.iso.datetime(),
    metadata: z.record(z.string(), z.unknown()),
    status: z.string().nullable().meta({ description: 'How far one of ours got, where that is known' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'ConversationMessage' })

export const messageViewOf = (
  { id, content, type, direction, author, timestamp, metadata }: NewMessage,
  reached?: Reached,
): z.infer<typeof ConversationMessage> => ({
  id,
  content,
  type,
  direction,
  author,
  timestamp,
  metadata,
  status: reached?.status ?? null,
  error: reached?.error ?? null,
})

export const conversationParam = {
  params: z.object({ conversationId: z.string().min(1).max(100).meta({ example: EXAMPLE.id }) }),
}

export const tags = ['Conversations']
