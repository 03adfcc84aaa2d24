/** The sessions of an account, page by page, with the status of each as it is now. */
import * as z from 'zod'
import { type Session, Status } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import * as Stats from '#core/stats.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, nextCursor, paging, SECURED, wholeNumber } from '../describe.ts'
import { pageOf } from '../listing.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { queuesOf } from './queues.ts'
import { SessionSummary, shown, summaryOf } from './view.ts'

const list = createRoute({
  method: 'get',
  path: '/api/sessions',
  tags: ['Sessions'],
  summary: 'List sessions',
  description:
    'The oldest first. Page by `offset`, or by `cursor`, which skips nothing when sessions go meanwhile.',
  security: SECURED,
  request: {
    query: z.object({
      ...paging(100),
      status: Status.optional(),
      offset: wholeNumber(0).default(0).meta({ type: 'integer' }),
    }),
  },
  responses: {
    200: answer('A page of sessions', {
      sessions: z.array(SessionSummary),
      total: z.int().meta({ description: 'All sessions of that status' }),
      offset: z.int(),
      nextCursor,
    }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED'),
  },
})

export function listSessions(deps: Deps) {
  const { store } = deps
  return new OpenAPIHono<ApiEnv>().openapi({ ...list, middleware: access(deps) }, async (c) => {
    const { status, limit, offset, cursor } = c.req.valid('query')
    const all: { session: Session; now: Sessions.Shown }[] = []
    for await (const session of Sessions.ofAccount(store, c.get('accountId'))) {
      const now = await shown(deps, session)
      if (!status || now.status === status) all.push({ session, now })
    }
    const { items: page, nextCursor } = pageOf(all, { limit, cursor, offset }, ({ session }) => [
      session.createdAt,
      session.id,
    ])
    const [statsOf, queueOf] = await Promise.all([
      Stats.summaries(
        store,
        page.map(({ session }) => session.id),
      ),
      queuesOf(
        deps,
        page.map(({ session }) => session),
      ),
    ])
    const sessions = page.map(({ session, now }) =>
      summaryOf(session, now, statsOf(session.id), queueOf(session.id)),
    )
    return c.json({ success: true as const, sessions, total: all.length, offset, nextCursor }, 200)
  })
}
