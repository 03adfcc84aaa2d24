/** Messages of a session over all its chats: by what they say, of what kind and when they are. */
import * as z from 'zod'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import { inAllChats, inChat } from '#core/search.ts'
import { access, theSession } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { linked, MessageView, viewOf } from './messages/view.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .optional()

const search = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/messages',
  tags: ['Messages'],
  summary: 'Search messages',
  description:
    'In one chat the newest first; without a `chatId` chat by chat, the one with the newest message first. There is no index of words: a page looks at 2000 messages and 50 chats at most, may come back with fewer than `limit` or with none, and the search is over when `nextCursor` is null. A chat in which something is said meanwhile can be found twice. `from` and `chatId` make it short.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      ...paging(100),
      search: z.string().trim().min(1).max(200).optional().meta({
        description:
          'A part of the text, caption, question, or of the name of a file, place or contact; upper and lower case are the same',
        example: 'invoice',
      }),
      chatId: z.string().optional().meta({ description: 'A phone number or a jid, in any usual form' }),
      type: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'text, image, document …', example: 'document' }),
      fromMe: z.stringbool().optional(),
      from: time.meta({ description: 'Not older than this' }),
      to: time.meta({ description: 'Not newer than this' }),
    }),
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

export const searchMessages = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...search, middleware: access(deps) }, async (c) => {
    const { id } = theSession(c)
    const { limit, cursor: begin, chatId, ...wanted } = c.req.valid('query')
    const page = { limit, cursor: begin }
    const { items, cursor } =
      chatId === undefined
        ? await inAllChats(deps.store, id, wanted, page)
        : await inChat(deps.store, id, await canonicalChatId(deps.store, id, chatId), wanted, page)
    const messages = await Promise.all(items.map((item) => linked(deps.media, viewOf(item))))
    return c.json({ success: true as const, messages, nextCursor: cursor ?? null }, 200)
  })
