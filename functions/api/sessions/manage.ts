/** Sessions come and go: create, show, change, delete. */
import * as z from 'zod'
import { welcome } from '#core/live/subscribe.ts'
import { type Session, Settings, SettingsChange } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { performanceOf } from '#core/sessions/performance.ts'
import { Pending, pendingOf } from '#core/settings.ts'
import * as Stats from '#core/stats.ts'
import { announce } from '#core/webhook/listening.ts'
import { bySetting, settingEndpoint } from '#core/webhook/manage.ts'
import { access, theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED, sessionParam } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { Description, Name, newSession } from './input.ts'
import { queuesOf } from './queues.ts'
import { BASICS_EXAMPLE, basicsOf, detailsOf, SessionBasics, SessionDetails, shown } from './view.ts'

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
        .strictObject({ name: Name, description: Description.nullish(), settings: Settings.prefault({}) })
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
    'What is absent stays. `null` puts a setting back to its default; an empty description removes it; a setting with parts is replaced as a whole. Changes count at once, or `pending` says what they need: a `restart` of the session, or its next `link`.',
  security: SECURED,
  request: {
    ...sessionParam,
    body: body(
      z
        .strictObject({
          name: Name.optional(),
          description: Description.nullish(),
          settings: SettingsChange.optional(),
        })
        .meta({ id: 'SessionChange' }),
      { name: 'Updated Session Name', settings: { autoReconnect: false } },
    ),
  },
  responses: {
    200: answer('Changed', {
      message: z.string(),
      session: SessionDetails,
      pending: z.array(Pending).meta({ description: 'What does not count yet, and what it needs' }),
    }),
    ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'UNAUTHORIZED', 'SESSION_NOT_FOUND', 'SESSION_BUSY'),
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
    ...faults('UNAUTHORIZED', 'SESSION_NOT_FOUND', 'SESSION_BUSY'),
  },
})

export function manageSessions(deps: Deps) {
  const { store } = deps
  const middleware = access(deps)
  const parts = { store, vault: deps.webhooks.vault }

  const details = async (session: Session) => {
    const [now, stats, statusHistory, performance, queueOf] = await Promise.all([
      shown(deps, session),
      Stats.summary(store, session.id),
      Sessions.history(store, session.id),
      performanceOf(store, session),
      queuesOf(deps, [session]),
    ])
    const messageQueue = queueOf(session.id)
    return detailsOf(session, now, stats, { messageQueue, performance, statusHistory })
  }

  /** Nobody but the connector gets to see the password of a proxy. */
  const sealed = (accountId: string, { proxy, ...settings }: SettingsChange) => ({
    ...settings,
    ...(proxy === undefined ? {} : { proxy: proxy && deps.sealProxy(accountId, proxy) }),
  })

  /** The setting `webhookUrl` is a webhook; undefined leaves it as it is. */
  const webhookOf = async (accountId: string, sessionId: string, url: string | null | undefined) => {
    if (url === undefined) return []
    const owner = { accountId, sessionId }
    return bySetting(parts, owner, url ?? undefined, await settingEndpoint(store, owner))
  }

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware }, async (c) => {
      const session = await Sessions.create(deps, newSession(deps, c.get('accountId'), c.req.valid('json')))
      await welcome(deps, session)
      const message = 'Session created successfully'
      return c.json(
        { success: true as const, message, session: basicsOf(session, { status: 'inactive' }) },
        201,
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
        settings: settings && sealed(c.get('accountId'), settings),
        also: await webhookOf(c.get('accountId'), id, settings?.webhookUrl),
      })
      if (settings?.webhookUrl) await announce(deps, session, session)
      if (settings && session.wanted) await Sessions.nudge(deps, session, `-${session.updatedAt}`)
      const message = 'Session settings updated successfully'
      const pending = pendingOf(settings ?? {}, session.wanted)
      return c.json({ success: true as const, message, session: await details(session), pending }, 200)
    })
    .openapi({ ...remove, middleware }, async (c) => {
      await Sessions.remove(deps, theSession(c))
      return c.json({ success: true as const, message: 'Session deleted successfully' }, 200)
    })
}
