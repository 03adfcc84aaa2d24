/** What was done with the tokens of an account. */
import * as z from 'zod'
import { Deed, read } from '#core/access/audit.ts'
import { access } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED } from './describe.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

const list = createRoute({
  method: 'get',
  path: '/api/audit',
  tags: ['Tokens'],
  summary: 'See what tokens did',
  description:
    'Calls that changed something or were to, newest first, for 90 days. Messages are not among them: each has a record of its own.',
  security: SECURED,
  request: { query: z.object(paging(200)) },
  responses: {
    200: answer('A page of calls', { entries: z.array(Deed), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'FORBIDDEN'),
  },
})

export const audit = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...list, middleware: access(deps) }, async (c) => {
    const { items, cursor } = await read(deps.store, c.get('accountId'), c.req.valid('query'))
    return c.json({ success: true as const, entries: items, nextCursor: cursor ?? null }, 200)
  })
