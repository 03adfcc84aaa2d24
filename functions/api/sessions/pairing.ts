/** Linking by a code that is typed on the phone: the address exists, the feature does not yet, and it says so. */

import { Fault } from '#core/platform/fault.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'

const pairing = createRoute({
  method: 'post',
  path: '/api/sessions/{sessionId}/pairing-code',
  tags: ['Sessions'],
  summary: 'Link by pairing code (not built yet)',
  security: SECURED,
  request: sessionParam,
  responses: faults('UNAUTHORIZED', 'SESSION_NOT_FOUND', 'NOT_SUPPORTED'),
})

export const sessionPairing = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...pairing, middleware: access(deps) }, (c) => {
    theSession(c)
    throw new Fault(
      'NOT_SUPPORTED',
      'Linking by pairing code is not built yet. Please link the session by QR code.',
      {
        details: { action: 'Start the session and scan the QR code' },
      },
    )
  })
