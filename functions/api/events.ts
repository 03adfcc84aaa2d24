/** The event log of a session, oldest first, to be read once or followed. */

import * as z from 'zod'
import { EventView, viewsFor } from '#core/events/view.ts'
import { read } from '#core/log-reader.ts'
import { linked } from '#core/media/linked.ts'
import { access, theSession } from './access.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'
import { answer, faults, nextCursor, paging, SECURED, sessionParam } from './describe.ts'
import { createRoute, OpenAPIHono } from './openapi/hono.ts'

export const place = z.string().regex(/^[\w.-]{1,64}$/, 'must be the id of an event')

const list = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}/events',
  tags: ['Events'],
  summary: 'Read the event log',
  description:
    'Oldest first, as far back as events are kept. To follow the log, pass the id of the last event that you saw as `after`. Ids tell when something happened; while the database is slow an event can be stored a little after a later one, so whoever must miss nothing reads again from some seconds back and leaves out the ids that it knows.',
  security: SECURED,
  request: {
    ...sessionParam,
    query: z.object({
      limit: paging(1_000, 100).limit,
      after: place.optional().meta({ description: 'Events after the one with this id' }),
      cursor: place.optional().meta({ description: 'The same as `after`' }),
    }),
  },
  responses: {
    200: answer('A page of events', { events: z.array(EventView), nextCursor }),
    ...faults('VALIDATION_ERROR', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export const events = (deps: Deps) =>
  new OpenAPIHono<ApiEnv>().openapi({ ...list, middleware: access(deps) }, async (c) => {
    const session = theSession(c)
    const view = viewsFor(session)
    const { limit, after, cursor } = c.req.valid('query')
    const page = await read(deps.store, session.id, { limit, after: cursor ?? after })
    const events = await Promise.all(page.items.map((event) => linked(deps.media.links, view(event))))
    const last = page.cursor ? page.items.at(-1)?.id : undefined
    return c.json({ success: true as const, events, nextCursor: last ?? null }, 200)
  })
