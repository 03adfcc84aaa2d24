/** Conversations of a session and what was said in them, newest first. */

import * as z from 'zod'
import * as Chats from '#core/chat.ts'
import { chatIdOf } from '#core/jid.ts'
import { ofChat } from '#core/message.ts'
import { access, theSession } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { linked, MessageView, viewOf } from './messages/view.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const tags = ['Chats']

const list = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats',
  tags,
  summary: 'List chats',
  description: 'The one with the newest message first.',
  security: SECURED,
  request: { ...sessionParam, query: z.object(paging(100)) },
  responses: {
    200: answer('A page of chats', { chats: z.array(Chats.Chat), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const messagesOf = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats/{chatId}/messages',
  tags,
  summary: 'List the messages of a chat',
  description: 'Newest first. A chat in which nothing was said yet is empty.',
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
    ...faults('VALIDATION_ERROR', 'INVALID_RECIPIENT', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export const chats = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: access(deps) }, async (c) => {
      const { items, cursor } = await Chats.list(deps.store, theSession(c).id, c.req.valid('query'))
      return c.json({ success: true as const, chats: items, nextCursor: cursor ?? null }, 200)
    })
    .openapi({ ...messagesOf, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const chatId = chatIdOf(c.req.valid('param').chatId)
      const { items, cursor } = await ofChat(deps.store, id, chatId, c.req.valid('query'))
      const messages = await Promise.all(items.map((item) => linked(deps.media, viewOf(item))))
      return c.json({ success: true as const, messages, nextCursor: cursor ?? null }, 200)
    })
