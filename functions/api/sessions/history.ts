/** What a session was, and whom it speaks for. */
import * as z from 'zod'
import { StatusChange } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { Me, meOf } from './view.ts'

const tags = ['Sessions']

const history = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/status/history',
  tags,
  summary: 'The statuses a session went through',
  description: 'Each with its time and reason, the newest first, for as long as events are kept.',
  security: SECURED,
  request: { ...sessionParam, query: z.object(paging(500)) },
  responses: {
    200: answer(
      'A page of status changes',
      { statusHistory: z.array(StatusChange), nextCursor },
      {
        statusHistory: [
          { status: 'connected', at: '2026-01-01T10:00:12.000Z', was: 'connecting' },
          {
            status: 'connecting',
            at: '2026-01-01T10:00:10.000Z',
            was: 'connected',
            reason: 'connection_lost',
          },
        ],
        nextCursor: null,
      },
    ),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const me = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/me',
  tags,
  summary: 'Whom a session speaks for',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer(
      'Null while it is not linked',
      { me: Me.nullable() },
      {
        me: {
          id: '4915100000001@s.whatsapp.net',
          phoneNumber: '+4915100000001',
          lid: '900001@lid',
          pushName: 'Customer Support',
        },
      },
    ),
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export const sessionHistory = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi({ ...history, middleware: access(deps) }, async (c) => {
      const { limit, cursor } = c.req.valid('query')
      const page = await Sessions.historyPage(deps.store, theSession(c).id, { limit, cursor })
      return c.json(
        { success: true as const, statusHistory: page.items, nextCursor: page.cursor ?? null },
        200,
      )
    })
    .openapi({ ...me, middleware: access(deps) }, async (c) =>
      c.json({ success: true as const, me: meOf(theSession(c)) }, 200),
    )
