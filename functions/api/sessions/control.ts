/** What is asked of a session: start, stop, restart, log out, forget its device. The connector does it; see /status. */

import * as z from 'zod'
import { Status } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { reasonsOf, shown } from './view.ts'

type Action = Exclude<Sessions.Action, 'delete'>

const CONTROLS: Record<Action, { summary: string; description: string; done: string }> = {
  start: {
    summary: 'Start a session',
    description:
      'Connects it, and shows a QR code when it is not linked yet. Starting a started session changes nothing.',
    done: 'Session started successfully',
  },
  stop: {
    summary: 'Stop a session',
    description: 'Disconnects it. It stays linked, so the next start needs no QR code.',
    done: 'Session stopped successfully',
  },
  restart: {
    summary: 'Restart a session',
    description: 'Disconnects it, if it is connected, and connects it anew.',
    done: 'Session restarted successfully',
  },
  logout: {
    summary: 'Log out',
    description: 'Takes this device off the phone’s list of linked devices, and stops the session.',
    done: 'Session logged out successfully',
  },
  'clear-auth': {
    summary: 'Clear the authentication',
    description:
      'Forgets the device, so that a new QR code has to be scanned. A started session shows one at once.',
    done: 'Authentication cleared successfully',
  },
}

const routeOf = (action: Action) =>
  createRoute({
    method: 'post',
    path: `/api/sessions/{sessionId}/${action}`,
    tags: ['Sessions'],
    summary: CONTROLS[action].summary,
    description: CONTROLS[action].description,
    security: SECURED,
    request: sessionParam,
    responses: {
      200: answer(
        'It is asked for; the status shows how far it is',
        { message: z.string(), status: Status, ...reasons },
        { message: CONTROLS[action].done, status: 'connecting' },
      ),
      ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND', 'SESSION_BUSY'),
    },
  })
const reasons = { reason: z.string().optional(), action: z.string().optional() }

export function controlSessions(deps: Deps) {
  const app = new OpenAPIHono<ApiEnv>()
  for (const action of Object.keys(CONTROLS) as Action[])
    app.openapi({ ...routeOf(action), middleware: access(deps) }, async (c) => {
      const session = await Sessions.intend(deps, theSession(c), action)
      const now = await shown(deps, session)
      const { done: message } = CONTROLS[action]
      return c.json({ success: true as const, message, status: now.status, ...reasonsOf(now) }, 200)
    })
  return app
}
