/** Webhooks of one session and those of the whole account have the same calls, under two addresses. */
import type { Context } from 'hono'
import * as z from 'zod'
import type { Endpoint } from '#core/webhook/endpoint.ts'
import { living, type Owner } from '#core/webhook/manage.ts'
import { theSession } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { sessionParam } from '../describe.ts'

export type Scope = {
  prefix: '/api/sessions/{sessionId}/webhooks' | '/api/webhooks'
  /** Beside those of the call itself. */
  params: z.ZodRawShape
  /** How the calls are told apart in the reference. */
  of: string
  ofSession: boolean
}

export const SCOPES: Scope[] = [
  {
    prefix: '/api/sessions/{sessionId}/webhooks',
    params: sessionParam.params.shape,
    of: 'of a session',
    ofSession: true,
  },
  { prefix: '/api/webhooks', params: {}, of: 'of the account', ofSession: false },
]

export const tags = ['Webhooks']

const webhookId = z
  .string()
  .meta({ description: 'The id of a webhook', example: 'wh_4c6a9f0e2b7d5a1c3e8f7b60' })
const eventId = z.string().regex(/^[\w.-]{1,64}$/, 'must be the id of an event')

export const ownParams = ({ params }: Scope) => z.object({ ...params })
export const webhookParams = ({ params }: Scope) => z.object({ ...params, webhookId })
export const deliveryParams = ({ params }: Scope) => z.object({ ...params, webhookId, eventId })

export const ownerOf = (c: Context<ApiEnv>, { ofSession }: Scope): Owner =>
  ofSession
    ? { accountId: c.get('accountId'), sessionId: theSession(c).id }
    : { accountId: c.get('accountId') }

/** @throws Fault SESSION_NOT_FOUND, WEBHOOK_NOT_FOUND */
export const theWebhook = (c: Context<ApiEnv>, { store }: Deps, scope: Scope): Promise<Endpoint> =>
  living(store, { ...ownerOf(c, scope), id: c.req.param('webhookId') ?? '' })

/** The failures that any call about a webhook may have. */
export const missing = ({ ofSession }: Scope) =>
  ['UNAUTHORIZED', 'FORBIDDEN', ...(ofSession ? (['SESSION_NOT_FOUND'] as const) : [])] as const
