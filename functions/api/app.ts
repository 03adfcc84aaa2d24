/**
 * The native REST API, on web standards only: Lambda and the local server run this very app. Requests are bounded and
 * named first; every failure, wherever it happens, is answered in one form.
 */

import { Hono } from 'hono'
import { conversationSessions } from '../dialects/conversations.ts'
import { askedCalls } from './asked/index.ts'
import { audit } from './audit.ts'
import { chats } from './chats.ts'
import { connectors } from './connectors.ts'
import type { ApiEnv } from './context.ts'
import { conversations } from './conversations/index.ts'
import type { Deps } from './deps.ts'
import { answerFaults, answerUnrouted } from './errors.ts'
import { events } from './events.ts'
import { health } from './health.ts'
import { eventStream } from './live/stream.ts'
import { liveTickets } from './live/tickets.ts'
import { mediaFiles } from './media/upload.ts'
import { changeMessages } from './messages/change.ts'
import { readMessages } from './messages/read.ts'
import { sendMessages } from './messages/send.ts'
import { documentOf } from './openapi/document.ts'
import { descriptionsOf } from './openapi/hono.ts'
import { reference } from './pages/reference.ts'
import { welcome } from './pages/welcome.ts'
import { bounded, identified } from './request.ts'
import { controlSessions } from './sessions/control.ts'
import { sessionKeys } from './sessions/key.ts'
import { listSessions } from './sessions/list.ts'
import { manageSessions } from './sessions/manage.ts'
import { sessionQr } from './sessions/qr.ts'
import { sessionStatus } from './sessions/status.ts'
import { tokens } from './tokens.ts'
import { webhooks } from './webhooks/index.ts'

export function api(deps: Deps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()
  app.onError(answerFaults(deps.log))
  app.use(identified(deps.newRequestId))
  app.use(bounded)

  const parts = [
    manageSessions,
    listSessions,
    controlSessions,
    sessionStatus,
    sessionQr,
    chats,
    events,
    eventStream,
    liveTickets,
    tokens,
    audit,
    sessionKeys,
    sendMessages,
    readMessages,
    changeMessages,
    ...askedCalls,
    mediaFiles,
    ...conversations,
    conversationSessions,
    ...webhooks,
    health,
    connectors,
  ].map((part) => part(deps))
  for (const part of parts) app.route('/', part)
  app.get('/openapi.json', (c) =>
    c.json(documentOf(parts.flatMap(descriptionsOf), deps.config.PUBLIC_ORIGIN)),
  )
  app.route('/', reference(deps))
  app.route('/', welcome())
  answerUnrouted(app)
  return app
}
