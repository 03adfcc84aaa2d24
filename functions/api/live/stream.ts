/**
 * The events of one session as they happen, as server-sent events: a live connection whose line is an answer that stays
 * open. Where an answer cannot, it says so and names the way that works.
 */
import * as z from 'zod'
import { EventPattern } from '#core/events/filter.ts'
import * as Connections from '#core/live/connection.ts'
import { Cursor } from '#core/live/cursor.ts'
import { begin, subscribe } from '#core/live/subscribe.ts'
import { holderOf } from '#core/live/ticket.ts'
import { Fault } from '#core/platform/fault.ts'
import { access, theSession } from '../access.ts'
import { addressOf } from '../address.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { openSse } from './sse.ts'
import { liveUrl } from './tickets.ts'

const stream = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/events/stream',
  tags: ['Live'],
  summary: 'Follow the events of a session',
  description:
    'Server-sent events: the log from `Last-Event-ID` or `after` on, or from now, and then what happens, each event once. The id of an event is where to go on behind it. Volatile events have no id. Where the platform cannot hold an answer open, as behind API Gateway, it is NOT_SUPPORTED: use /live there.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      events: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(EventPattern).min(1).max(50))
        .optional()
        .meta({ type: 'string', description: 'Which types, separated by commas; all when absent' }),
      after: Cursor.optional().meta({ description: 'A cursor, or the id of an event' }),
    }),
    headers: z.object({ 'last-event-id': Cursor.optional() }),
  },
  responses: {
    200: { description: 'Events as they happen', content: { 'text/event-stream': { schema: z.string() } } },
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND', 'LIVE_LIMIT_REACHED', 'NOT_SUPPORTED'),
  },
})

export const eventStream = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...stream, middleware: access(deps) }, async (c) => {
    const { streams } = deps
    const { id: sessionId, accountId } = theSession(c)
    if (!streams)
      throw new Fault('NOT_SUPPORTED', 'An answer cannot stay open here. Please use a live connection.', {
        details: { url: liveUrl(deps.config), action: 'POST /api/live/tickets, then connect to the URL' },
      })
    const { events, after } = c.req.valid('query')
    const cursor = c.req.valid('header')['last-event-id'] ?? after
    const { body, line, over } = openSse()
    const id = streams.attach(line)
    const leave = async () => {
      streams.detach(id)
      await Connections.close(deps.store, id)
    }
    try {
      const address = addressOf(deps, c)
      const holder = { ...holderOf(c.get('token')), ...(address ? { address } : {}) }
      const connection = await Connections.open({ ...deps, post: streams.post }, id, holder)
      const wanted = { sessions: [sessionId], events, ...(cursor ? { after: { [sessionId]: cursor } } : {}) }
      const sessions = await subscribe(deps, connection, wanted)
      await line.send(JSON.stringify({ type: 'subscribed', sessions }))
    } catch (error) {
      line.close()
      await leave()
      throw error
    }
    void over.then(leave).catch((err: unknown) => deps.log.warn({ err }, 'a stream left something behind'))
    await begin(deps, accountId, [sessionId])
    return c.body(body, 200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
  })
