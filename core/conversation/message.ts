/**
 * What was said in a conversation. Three kinds exist (text, image, system); what a message really was, its media,
 * coordinates and buttons, stands in its metadata. Messages are kept apart from those of linked sessions, so a
 * conversation stays readable when its session is deleted.
 */
import * as z from 'zod'
import { hidden } from '../hidden.ts'
import type { Item } from '../platform/dynamo.ts'
import { type Conversation, conversationPartition } from './conversation.ts'

export const Kind = z.enum(['text', 'image', 'system'])
export const Direction = z.enum(['inbound', 'outbound'])
/** Who wrote it: the other side, a person of ours, our templates, or we to ourselves. */
export const Author = z.enum(['customer', 'agent', 'automatic', 'system'])

export const Message = z.object({
  /** Twilio's SID, WhatsApp's id, or one of ours. */
  id: z.string(),
  /** Its place in the conversation: a ULID. */
  sk: z.string(),
  content: z.string(),
  type: Kind,
  direction: Direction,
  author: Author,
  timestamp: z.iso.datetime(),
  metadata: z.record(z.string(), z.unknown()).default({}),
})
export type Message = z.infer<typeof Message>

/** Its place is given where something else, an event of the log, has one already. */
export type NewMessage = Omit<Message, 'sk'> & { sk?: string }

export const messageItem = (
  conversation: Pick<Conversation, 'id' | 'accountId' | 'encrypted'>,
  message: Message,
  expiresAt: number,
): Item => ({
  pk: conversationPartition(conversation.id),
  ...message,
  content: hidden(conversation, message.content),
  metadata: hidden(conversation, message.metadata),
  expiresAt,
})

/** Longer texts are cut where they are stored: WhatsApp itself allows 65,536 characters. */
const MAX_CONTENT = 65_536

export const message = (
  facts: Pick<Message, 'id' | 'content' | 'direction' | 'author' | 'timestamp'> &
    Partial<Pick<Message, 'type' | 'metadata' | 'sk'>>,
): NewMessage => ({
  type: 'text',
  metadata: {},
  ...facts,
  content: facts.content.slice(0, MAX_CONTENT).toWellFormed(),
})

export const systemMessage = (id: string, timestamp: string, content: string, metadata = {}): NewMessage => ({
  ...message({ id, content, direction: 'outbound', author: 'system', timestamp, metadata }),
  type: 'system',
})
