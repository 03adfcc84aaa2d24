/** The labels of a session, and what they are on, as they are stored here. */
import * as z from 'zod'
import * as Chats from '#core/chat.ts'
import { canonicalChatId } from '#core/contacts/canonical.ts'
import * as Labels from '#core/labels/label.ts'
import { Fault } from '#core/platform/fault.ts'
import { access, theSession } from './access.ts'
import { chatParam, labelParam } from './asked/parameters.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { pageOf, SHORT } from './listing.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const tags = ['Labels']

const list = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/labels',
  tags,
  summary: 'List labels',
  security: SECURED,
  request: { ...sessionParam, query: z.object(SHORT.query) },
  responses: {
    200: answer('All labels', { labels: z.array(Labels.Label), ...SHORT.gives }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const chatsOf = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/labels/{labelId}/chats',
  tags,
  summary: 'List the chats that have a label',
  description: 'In the order of their ids. The list of chats can be filtered by a label as well.',
  security: SECURED,
  request: { params: sessionParam.params.extend(labelParam), query: z.object(paging(100)) },
  responses: {
    200: answer('A page of chats', { chats: z.array(Chats.Chat), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND', 'LABEL_NOT_FOUND'),
  },
})

const ofChat = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/chats/{chatId}/labels',
  tags,
  summary: 'List the labels of a chat',
  security: SECURED,
  request: { params: sessionParam.params.extend(chatParam), query: z.object(SHORT.query) },
  responses: {
    200: answer('Its labels', { labels: z.array(Labels.Label), ...SHORT.gives }),
    ...faults(
      'VALIDATION_ERROR',
      'INVALID_RECIPIENT',
      'USERNAME_UNKNOWN',
      'UNAUTHORIZED',
      'SESSION_NOT_FOUND',
    ),
  },
})

export const labels = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: access(deps) }, async (c) => {
      const all = await Labels.list(deps.store, theSession(c).id)
      const { items: labels, nextCursor } = pageOf(all, c.req.valid('query'), placeOf)
      return c.json({ success: true as const, labels, nextCursor }, 200)
    })
    .openapi({ ...chatsOf, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const { labelId } = c.req.valid('param')
      if (!(await Labels.find(deps.store, id, labelId)))
        throw new Fault('LABEL_NOT_FOUND', 'Label not found', { details: { labelId } })
      const { items, cursor } = await Labels.chatsOf(deps.store, id, labelId, c.req.valid('query'))
      const chats = await Chats.named(deps.store, id, items)
      return c.json({ success: true as const, chats, nextCursor: cursor ?? null }, 200)
    })
    .openapi({ ...ofChat, middleware: access(deps) }, async (c) => {
      const { id } = theSession(c)
      const chatId = await canonicalChatId(deps.store, id, c.req.valid('param').chatId)
      const all = await Labels.ofChat(deps.store, id, chatId)
      const { items: labels, nextCursor } = pageOf(all, c.req.valid('query'), placeOf)
      return c.json({ success: true as const, labels, nextCursor }, 200)
    })

/** Their ids are numbers. */
const placeOf = ({ id }: Labels.Label) => [id.padStart(40, '0')]
