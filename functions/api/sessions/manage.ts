/** Sessions come and go: create, list, show, change, delete. */

import * as z from 'zod'
import { type Session, Settings, SettingsChange, Status } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import * as Stats from '#core/stats.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, nextCursor, paging, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { isAfter, placeOf, readPlace } from './place.ts'
import {
  BASICS_EXAMPLE,
  basicsOf,
  detailsOf,
  SessionBasics,
  SessionDetails,
  SessionSummary,
  shown,
  summaryOf,
} from './view.ts'

const name = z.string().trim().min(1, 'must not be empty').max(100).meta({ description: 'Display name' })
const description = z.string().trim().max(1_000)
const tags = ['Sessions']

const create = createRoute({
  method: 'post',
  path: '/api/sessions',
  tags,
  summary: 'Create a session',
  description: 'A new session is `inactive`. How many an account may have depends on its plan.',
  security: SECURED,
  request: {
    body: body(
      z
        .strictObject({ name, description: description.optional(), settings: Settings.prefault({}) })
        .meta({ id: 'NewSession' }),
      {
        name: 'Customer Support',
        description: 'Main customer support line',
        settings: { autoReconnect: true },
      },
    ),
  },
  responses: {
    201: answer(
      'Created',
      { message: z.string(), session: SessionBasics },
      { message: 'Session created successfully', session: BASICS_EXAMPLE },
    ),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED', 'SESSION_LIMIT_REACHED'),
  },
})

const list = createRoute({
  method: 'get',
  path: '/api/sessions',
  tags,
  summary: 'List sessions',
  description:
    'The oldest first. Page by `offset`, or by `cursor`, which skips nothing when sessions go meanwhile.',
  security: SECURED,
  request: {
    query: z.object({
      ...paging(100),
      status: Status.optional(),
      offset: z.coerce.number('must be a whole number').int().min(0).default(0).meta({ type: 'integer' }),
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

const show = createRoute({
  method: 'get',
  path: '/api/sessions/{sessionId}',
  tags,
  summary: 'Show a session',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer('The session', { session: SessionDetails }),
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const change = createRoute({
  method: 'put',
  path: '/api/sessions/{sessionId}/settings',
  tags,
  summary: 'Change name, description and settings',
  description:
    'What is absent stays. `null` puts a setting back to its default; an empty description removes it. Settings of the connection count from the next attempt to connect.',
  security: SECURED,
  request: {
    ...sessionParam,
    body: body(
      z
        .strictObject({
          name: name.optional(),
          description: description.nullish(),
          settings: SettingsChange.optional(),
        })
        .meta({ id: 'SessionChange' }),
      { name: 'Updated Session Name', settings: { autoReconnect: false } },
    ),
  },
  responses: {
    200: answer('Changed', { message: z.string(), session: SessionDetails }),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/sessions/{sessionId}',
  tags,
  summary: 'Delete a session and all that belongs to it',
  description:
    'It is gone at once for every caller; the device is logged out and all data is erased after that.',
  security: SECURED,
  request: sessionParam,
  responses: {
    200: answer('Deleted', { message: z.string() }, { message: 'Session deleted successfully' }),
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND'),
  },
})

export function manageSessions(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)

  const details = async (session: Session) => {
    const [now, stats, history] = await Promise.all([
      shown(deps, session),
      Stats.summary(store, session.id),
      Sessions.history(store, session.id),
    ])
    return detailsOf(session, now, stats, history)
  }

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware }, async (c) => {
      const { name, description, settings } = c.req.valid('json')
      const accountId = c.get('accountId')
      const session = await Sessions.create(deps, {
        accountId,
        name,
        description: description || undefined,
        settings,
      })
      const message = 'Session created successfully'
      return c.json(
        { success: true as const, message, session: basicsOf(session, { status: 'inactive' }) },
        201,
      )
    })
    .openapi({ ...list, middleware }, async (c) => {
      const { status, limit, offset, cursor } = c.req.valid('query')
      const after = cursor ? readPlace(cursor) : undefined
      const all: { session: Session; now: Sessions.Shown }[] = []
      for await (const session of Sessions.ofAccount(store, c.get('accountId'))) {
        const now = await shown(deps, session)
        if (!status || now.status === status) all.push({ session, now })
      }
      const rest = after ? all.filter(({ session }) => isAfter(session, after)) : all
      const page = rest.slice(offset, offset + limit)
      const statsOf = await Stats.summaries(
        store,
        page.map(({ session }) => session.id),
      )
      const sessions = page.map(({ session, now }) => summaryOf(session, now, statsOf(session.id)))
      const last = page.at(-1)?.session
      const more = rest.length > offset + limit && last
      return c.json(
        {
          success: true as const,
          sessions,
          total: all.length,
          offset,
          nextCursor: more ? placeOf(last) : null,
        },
        200,
      )
    })
    .openapi({ ...show, middleware }, async (c) =>
      c.json({ success: true as const, session: await details(theSession(c)) }, 200),
    )
    .openapi({ ...change, middleware }, async (c) => {
      const { id } = theSession(c)
      const { name, description, settings } = c.req.valid('json')
      const session = await Sessions.change(store, id, {
        name,
        description: description === null ? '' : description,
        settings,
      })
      const message = 'Session settings updated successfully'
      return c.json({ success: true as const, message, session: await details(session) }, 200)
    })
    .openapi({ ...remove, middleware }, async (c) => {
      await Sessions.remove(deps, theSession(c))
      return c.json({ success: true as const, message: 'Session deleted successfully' }, 200)
    })
}
