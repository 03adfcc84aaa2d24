/** The key of a session: opens that session and nothing else, and there is one at a time. */
import * as z from 'zod'
import { regenerateKey } from '#core/access/tokens.ts'
import { access, lastingOnly, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'

const regenerate = createRoute({
  method: 'post',
  path: '/api/sessions/{sessionId}/regenerate-key',
  tags: ['Tokens'],
  summary: 'Make a new key for a session',
  description:
    'For programs that look after one line. It opens calls about this session; it is shown this once, and the one before opens nothing any more.',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer('The new key', { message: z.string(), apiKey: z.string() }, { apiKey: 'lks_…' }),
    ...faults('UNAUTHORIZED', 'FORBIDDEN', 'SESSION_NOT_FOUND', 'SESSION_BUSY'),
  },
})

export const sessionKeys = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...regenerate, middleware: [access(deps), lastingOnly] }, async (c) => {
    const apiKey = await regenerateKey(deps.store, theSession(c))
    return c.json({ success: true as const, message: 'API key regenerated', apiKey }, 200)
  })
