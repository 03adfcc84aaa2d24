/** Conversations of a session and what was said in them, newest first. */

import * as z from 'zod'
import * as Chats from '#core/chat.ts'
import { standingIn } from '#core/cleared.ts'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import * as Labels from '#core/labels/label.ts'
import { Fault } from '#core/platform/fault.ts'
import { access, theSession } from './access.ts'
import { chatParam } from './asked/parameters.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { linked, MessageView, viewOf } from './messages/view.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const tags = ['Chats']
const flag = z.stringbool().optional()

const list = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats',
  tags,
  summary: 'List chats',
  description:
    'The one with the newest message first. With a choice a page looks at 2000 chats at most; it may hold fewer than `limit`, or none, and still have a `nextCursor`.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      ...paging(100),
      archived: flag.meta({ description: 'Archived ones only, or only the others' }),
      unread: flag.meta({ description: 'With something unread, or marked as unread; or only the others' }),
      label: z.string().max(40).optional().meta({ description: 'The id of a label that they have' }),
      search: z.string().trim().min(1).max(100).optional().meta({
        description: 'A part of the name or of the number',
        example: 'ada',
      }),
    }),
  },
  responses: {
    200: answer('A page of chats', { chats: z.array(Chats.Chat), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const get = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats/{chatId}',
  tags,
  summary: 'Show a chat',
  security: SECURED,
  request: { params: sessionParam.params.extend(chatParam) },
  responses: {
    200: answer('The chat', { chat: Chats.Chat }),
    ...faults('INVALID_RECIPIENT', 'USERNAME_UNKNOWN', 'UNAUTHORIZED', 'SESSION_NOT_FOUND', 'CHAT_NOT_FOUND'),
  },
})

const messagesOf = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats/{chatId}/messages',
  tags,
  summary: 'List the messages of a chat',
  description:
    'Newest first. A chat in which nothing was said yet is empty, and one that was cleared or deleted, here or on the phone, holds what was said since.',
  security: SECURED,
  request: {
    params: sessionParam.params.extend({
      chatId: z.string().meta({
        description: 'A phone number or a jid, in any usual form',
        example: '4915123456789@s.whatsapp.net',
      }),
    }),
    query: z.object(paging(100)),
  },
  responses: {
    200: answer('A page of messages', { messages: z.array(MessageView), nextCursor }),
    ...faults(
      'VALIDATION_ERROR',
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
    ),
  },
})

export const chats = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...get, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const chatId = await canonicalChatId(deps.store, id, c.req.valid('param').chatId)
      const chat = await Chats.find(deps.store, id, chatId)
      if (!chat) throw new Fault('CHAT_NOT_FOUND', 'Chat not found', { details: { chatId } })
      return c.json({ success: true as const, chat }, 200)
    })
    .openapi({ ...list, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const { limit, cursor: from, label, ...choices } = c.req.valid('query')
      const among = label === undefined ? undefined : await allWith(deps, id, label)
      const page = { limit, cursor: from }
      const { items, cursor } = await Chats.list(deps.store, id, page, { ...choices, among })
      return c.json({ success: true as const, chats: items, nextCursor: cursor ?? null }, 200)
    })
    .openapi({ ...messagesOf, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const chatId = await canonicalChatId(deps.store, id, c.req.valid('param').chatId)
      const { items, cursor } = await standingIn(deps.store, id, chatId, c.req.valid('query'))
      const messages = await Promise.all(items.map((item) => linked(deps.media, viewOf(item))))
      return c.json({ success: true as const, messages, nextCursor: cursor ?? null }, 200)
    })

/** The chats that have a label; of more than can be looked at for one page nobody puts one on. */
const WITH_LABEL = 2_000

async function allWith(deps: Deps, sessionId: string, labelId: string): Promise<Set<string>> {
  const { items } = await Labels.chatsOf(deps.store, sessionId, labelId, { limit: WITH_LABEL })
  return new Set(items)
}
