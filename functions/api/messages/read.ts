/** A message with its history, and how many there were. */

import * as z from 'zod'
import { Receipt, receiptsOf } from '#core/receipts.ts'
import * as Stats from '#core/stats.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { theMessage } from './the-message.ts'
import { EXAMPLE, MessageRecord } from './view.ts'
import { presentRecordOf } from './waiting.ts'

const tags = ['Messages']

const get = createRoute({
  method: 'get',
  path: '/api/messages/{messageId}',
  tags,
  summary: 'Show a message',
  description:
    'Every state that it passed, with its time: `accepted → queued → sent → server → delivered → read | played`, or `failed` with a reason. One that has not left says why in `waiting`.',
  security: SECURED,
  request: {
    params: z.object({ messageId: z.string().meta({ example: EXAMPLE.id }) }),
    query: z.object({
      sessionId: z.string().optional().meta({
        description: 'Which session’s view of it, where two of them wrote to each other; else the sender’s',
      }),
    }),
  },
  responses: {
    200: answer('The message', { message: MessageRecord }),
    ...faults('UNAUTHORIZED', 'MESSAGE_NOT_FOUND'),
  },
})

const receipts = createRoute({
  method: 'get',
  path: '/api/messages/{messageId}/receipts',
  tags,
  summary: 'Show who has received and read a message',
  description:
    'Of one of ours, with the times: in a group each person, in other chats the one other, of a status those who have looked at it. Whoever keeps read receipts to themselves is not shown as having read.',
  security: SECURED,
  request: {
    params: z.object({ messageId: z.string().meta({ example: EXAMPLE.id }) }),
    query: z.object(paging(200)),
  },
  responses: {
    200: answer(
      'A page of people',
      { receipts: z.array(Receipt), nextCursor },
      {
        receipts: [
          { participant: '+4915123456789', deliveredAt: EXAMPLE.createdAt, readAt: EXAMPLE.createdAt },
        ],
        nextCursor: null,
      },
    ),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'MESSAGE_NOT_FOUND'),
  },
})

const stats = createRoute({
  method: 'get',
  path: '/api/messages/stats/{sessionId}',
  tags,
  summary: 'Count the messages of a session',
  description: 'By day (UTC) and by type; `total` is `sent` and `received` together.',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer(
      'The counters',
      { stats: Stats.Stats },
      {
        stats: {
          total: 239,
          sent: 150,
          received: 89,
          failed: 2,
          byType: { text: 239 },
          byDay: { '2026-01-01': { sent: 150, received: 89 } },
        },
      },
    ),
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export const readMessages = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...stats, middleware: access(deps) }, async (c) =>
      c.json({ success: true as const, stats: await Stats.read(deps.store, theSession(c).id) }, 200),
    )
    .openapi({ ...receipts, middleware: access(deps) }, async (c) => {
      const { message } = await theMessage(deps, c, ({ fromMe }) => fromMe)
      const { items, cursor } = await receiptsOf(deps.store, message, c.req.valid('query'))
      return c.json({ success: true as const, receipts: items, nextCursor: cursor ?? null }, 200)
    })
    .openapi({ ...get, middleware: access(deps) }, async (c) => {
      const { message } = await theMessage(deps, c)
      return c.json({ success: true as const, message: await presentRecordOf(deps, message) }, 200)
    })
