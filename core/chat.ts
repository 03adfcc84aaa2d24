/**
 * The conversations of a session, newest first. A chat is written in the transaction of the message that moved it
 * (see projection.ts); its id is the canonical jid of jid.ts, so one person is never two chats under one number.
 */
import * as z from 'zod'
import { isGroup, phoneNumberOf } from './jid.ts'
import { sessionPartition } from './partition.ts'
import type { Key, Page, Store } from './platform/dynamo.ts'

export const CHAT_PREFIX = 'CHAT#'
export const chatKey = (sessionId: string, chatId: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${CHAT_PREFIX}${chatId}`,
})
export const chatListing = (sessionId: string): string => `CHATS#${sessionId}`

export const LastMessage = z.object({
  id: z.string(),
  fromMe: z.boolean(),
  type: z.string(),
  text: z.string().optional().meta({ description: 'At most the first 500 characters' }),
  timestamp: z.iso.datetime(),
})
export type LastMessage = z.infer<typeof LastMessage>

export const Chat = z
  .object({
    id: z.string().meta({ description: 'Canonical jid', example: '4915123456789@s.whatsapp.net' }),
    sessionId: z.string(),
    name: z.string().nullable(),
    phoneNumber: z.string().nullable(),
    isGroup: z.boolean(),
    lastMessage: LastMessage,
  })
  .meta({ id: 'Chat' })
export type Chat = z.infer<typeof Chat>

const Stored = z
  .object({
    sessionId: z.string(),
    chatId: z.string(),
    name: z.string().optional(),
    lastMessage: LastMessage,
  })
  .transform(
    ({ chatId, sessionId, name, lastMessage }): Chat => ({
      id: chatId,
      sessionId,
      name: name ?? null,
      phoneNumber: phoneNumberOf(chatId) ?? null,
      isGroup: isGroup(chatId),
      lastMessage,
    }),
  )

export const list = (
  store: Store,
  sessionId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Chat>> =>
  store.query('main', Stored, chatListing(sessionId), { ...page, index: 'listing', newestFirst: true })
