/** How a session is, in one small answer that can be asked for often. */

import * as z from 'zod'
import { Restriction } from '#core/restriction.ts'
import { Status } from '#core/session.ts'
import * as Stats from '#core/stats.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { lastActivityOf, reasonsOf, restrictionOf, shown } from './view.ts'

const status = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/status',
  tags: ['Sessions'],
  summary: 'Status of a session',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer(
      'The status, with its reason and what to do about it',
      {
        status: Status,
        phoneNumber: z.string().nullable(),
        lastActivity: z.iso.datetime().nullable(),
        qrAvailable: z.boolean(),
        since: z.iso.datetime(),
        reason: z.string().optional(),
        action: z.string().optional(),
        restriction: Restriction.optional(),
      },
      {
        status: 'qr_generated',
        phoneNumber: null,
        lastActivity: null,
        qrAvailable: true,
        since: '2026-01-01T00:00:00.000Z',
      },
    ),
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export const sessionStatus = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...status, middleware: access(deps) }, async (c) => {
    const session = theSession(c)
    const { state, id, intent } = session
    const [now, stats] = await Promise.all([shown(deps, session), Stats.summary(deps.store, id)])
    const qr = now.status === 'qr_generated' ? state.qr : undefined
    return c.json(
      {
        success: true as const,
        status: now.status,
        phoneNumber: state.phoneNumber ?? null,
        lastActivity: lastActivityOf(session, stats),
        qrAvailable: qr !== undefined && Date.parse(qr.expiresAt) > deps.store.now(),
        since: now.status === state.status ? state.since : (intent?.at ?? state.since),
        ...reasonsOf(now),
        ...restrictionOf(session),
      },
      200,
    )
  })
