/** Webhooks come and go: create, list, show, change, delete, change their secret. */
import * as z from 'zod'
import { Sealed } from '#core/platform/seal.ts'
import { type Endpoint, endpointKey, endpointsOf } from '#core/webhook/endpoint.ts'
import { erase } from '#core/webhook/erase.ts'
import { announce } from '#core/webhook/listening.ts'
import * as Webhooks from '#core/webhook/manage.ts'
import type { Vault } from '#core/webhook/vault.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, SECURED } from '../describe.ts'
import { pageOf, SHORT } from '../listing.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { missing, ownerOf, ownParams, type Scope, tags, theWebhook, webhookParams } from './scope.ts'
import { EXAMPLE, NewWebhook, Secret, WebhookChange, WebhookView, webhookViewOf } from './view.ts'

const shownOnce = z.string().meta({ description: 'Shown this once; it is kept sealed' })
const HOUR = 3_600

const routesOf = (scope: Scope) => ({
  create: createRoute({
    method: 'post',
    path: scope.prefix,
    tags,
    summary: `Create a webhook ${scope.of}`,
    description: `It is told of what happens from now on. At most ${Webhooks.MOST}.`,
    security: SECURED,
    request: {
      params: ownParams(scope),
      body: body(NewWebhook, { url: EXAMPLE.url, events: EXAMPLE.events }),
    },
    responses: {
      201: answer(
        'Created',
        { webhook: WebhookView, secret: shownOnce },
        { webhook: EXAMPLE, secret: 'whsec_dGhpcyBpcyBhbiBleGFtcGxlIQ==' },
      ),
      ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'WEBHOOK_LIMIT_REACHED', ...missing(scope)),
    },
  }),
  list: createRoute({
    method: 'get',
    path: scope.prefix,
    tags,
    summary: `List the webhooks ${scope.of}`,
    security: SECURED,
    request: { params: ownParams(scope), query: z.object(SHORT.query) },
    responses: {
      200: answer('All of them', { webhooks: z.array(WebhookView), ...SHORT.gives }),
      ...faults('VALIDATION_ERROR', ...missing(scope)),
    },
  }),
  show: createRoute({
    method: 'get',
    path: `${scope.prefix}/{webhookId}`,
    tags,
    summary: `Show a webhook ${scope.of}`,
    security: SECURED,
    request: { params: webhookParams(scope) },
    responses: {
      200: answer('The webhook', { webhook: WebhookView }),
      ...faults('WEBHOOK_NOT_FOUND', ...missing(scope)),
    },
  }),
  change: createRoute({
    method: 'put',
    path: `${scope.prefix}/{webhookId}`,
    tags,
    summary: `Change a webhook ${scope.of}`,
    description:
      'What is absent stays. `active: true` also switches on again what was disabled; events that waited are told then, unless `resumeFrom` is `now`.',
    security: SECURED,
    request: { params: webhookParams(scope), body: body(WebhookChange, { active: true }) },
    responses: {
      200: answer('Changed', { webhook: WebhookView }),
      ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'WEBHOOK_NOT_FOUND', ...missing(scope)),
    },
  }),
  remove: createRoute({
    method: 'delete',
    path: `${scope.prefix}/{webhookId}`,
    tags,
    summary: `Delete a webhook ${scope.of}`,
    description: 'With its log of deliveries.',
    security: SECURED,
    request: { params: webhookParams(scope) },
    responses: {
      200: answer('Deleted', { message: z.string() }, { message: 'Webhook deleted successfully' }),
      ...faults('WEBHOOK_NOT_FOUND', ...missing(scope)),
    },
  }),
  rotate: createRoute({
    method: 'post',
    path: `${scope.prefix}/{webhookId}/secret`,
    tags,
    summary: `Change the secret of a webhook ${scope.of}`,
    description:
      'Both secrets sign for as long as they overlap: `webhook-signature` lists both, `X-Webhook-Hmac` stays with the former and `X-Webhook-Hmac-Next` has the new one.',
    security: SECURED,
    request: {
      params: webhookParams(scope),
      body: body(
        z
          .strictObject({
            secret: Secret.optional(),
            overlapSeconds: z
              .int()
              .min(0)
              .max(30 * 24 * HOUR)
              .default(24 * HOUR),
          })
          .meta({ id: 'WebhookSecretChange' }),
        { overlapSeconds: 86_400 },
      ),
    },
    responses: {
      200: answer('Changed', { secret: shownOnce }),
      ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'WEBHOOK_NOT_FOUND', 'SESSION_BUSY', ...missing(scope)),
    },
  }),
})

export const manageWebhooks = (scope: Scope) => (deps: Deps) => {
  const { store } = deps
  const { vault, wake } = deps.webhooks
  const parts = { store, vault }
  const middleware = access(deps)
  const routes = routesOf(scope)
  const viewOf = (endpoint: Endpoint) => webhookViewOf(endpoint, headersOf(vault, endpoint), store.now())

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...routes.create, middleware }, async (c) => {
      const { customHeaders, ...choices } = c.req.valid('json')
      const owner = ownerOf(c, scope)
      const { endpoint, secret } = await Webhooks.create(parts, owner, {
        ...choices,
        headers: customHeaders,
        isOperator: c.get('token').admin,
      })
      await announce(deps, owner, c.get('session'))
      return c.json({ success: true as const, webhook: viewOf(endpoint), secret }, 201)
    })
    .openapi({ ...routes.list, middleware }, async (c) => {
      const all = await endpointsOf(store, ownerOf(c, scope))
      const { items, nextCursor } = pageOf(all, c.req.valid('query'), ({ createdAt, id }) => [createdAt, id])
      return c.json({ success: true as const, webhooks: items.map(viewOf), nextCursor }, 200)
    })
    .openapi({ ...routes.show, middleware }, async (c) =>
      c.json({ success: true as const, webhook: viewOf(await theWebhook(c, deps, scope)) }, 200),
    )
    .openapi({ ...routes.change, middleware }, async (c) => {
      const { customHeaders, ...changes } = c.req.valid('json')
      const before = await theWebhook(c, deps, scope)
      const headers = customHeaders ? { headers: customHeaders } : {}
      const isOperator = c.get('token').admin
      const webhook = await Webhooks.change(parts, before, { ...changes, ...headers, isOperator })
      if (changes.active) {
        await announce(deps, before, c.get('session'))
        await wake(endpointKey(before))
      }
      return c.json({ success: true as const, webhook: viewOf(webhook) }, 200)
    })
    .openapi({ ...routes.remove, middleware }, async (c) => {
      await erase(store, await theWebhook(c, deps, scope))
      return c.json({ success: true as const, message: 'Webhook deleted successfully' }, 200)
    })
    .openapi({ ...routes.rotate, middleware }, async (c) => {
      const { secret, overlapSeconds } = c.req.valid('json')
      const until = store.now() + overlapSeconds * 1_000
      const value = await Webhooks.rotate(parts, await theWebhook(c, deps, scope), secret, until)
      return c.json({ success: true as const, secret: value }, 200)
    })
}

/** Their names. Under another key than they were sealed with nobody knows them. */
function headersOf(vault: Vault, endpoint: Endpoint): string[] {
  try {
    return vault.open(endpoint).headers.map(({ name }) => name)
  } catch (error) {
    if (error instanceof Sealed) return []
    throw error
  }
}
