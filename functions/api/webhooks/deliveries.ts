/** What became of events at a webhook, and sending them once more: one, all that failed, a stretch of the log, a test. */
import * as z from 'zod'
import { findAll } from '#core/message.ts'
import { Fault } from '#core/platform/fault.ts'
import { eventKey } from '#core/projection/index.ts'
import * as Sessions from '#core/sessions/index.ts'
import * as Again from '#core/webhook/again.ts'
import { bodies } from '#core/webhook/bodies.ts'
import { DeliveryStatus, find, list } from '#core/webhook/deliveries.ts'
import { type Endpoint, endpointKey } from '#core/webhook/endpoint.ts'
import { Told } from '#core/webhook/envelope.ts'
import { access } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'
import { answer, body, faults, nextCursor, paging, SECURED } from '../describe.ts'
import { createRoute, OpenAPIHono } from '../openapi/hono.ts'
import { deliveryParams, missing, type Scope, tags, theWebhook, webhookParams } from './scope.ts'
import { DeliveryView, deliveryViewOf } from './view.ts'

/** How long a test waits for its outcome, and how often it looks, in ms. */
const [TEST_WAITS, TEST_LOOKS] = [15_000, 250]

const Replay = z
  .strictObject({
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional().meta({ description: 'Now when absent' }),
    messageId: z.string().min(1).max(128).optional().meta({ description: 'Only the events of this message' }),
    sessionId: z.string().optional().meta({ description: 'For a webhook of the account: whose log' }),
  })
  .refine(({ from, messageId }) => from || messageId, 'needs from, or a messageId')
  .meta({ id: 'WebhookReplay' })

const routesOf = (scope: Scope) => {
  const of = `${scope.prefix}/{webhookId}`
  const params = webhookParams(scope)
  const common = ['WEBHOOK_NOT_FOUND', ...missing(scope)] as const
  const accepted = answer(
    'They are sent as soon as what is new has been',
    { message: z.string() },
    { message: 'Replay accepted' },
  )
  return {
    list: createRoute({
      method: 'get',
      path: `${of}/deliveries`,
      tags,
      summary: `List the deliveries of a webhook ${scope.of}`,
      description:
        'Newest first. `waiting` will be tried again, `failed` will not. A page that is filtered for `delivered` may be shorter than its limit.',
      security: SECURED,
      request: { params, query: z.object({ status: DeliveryStatus.optional(), ...paging(100) }) },
      responses: {
        200: answer('A page of deliveries', { deliveries: z.array(DeliveryView), nextCursor }),
        ...faults('VALIDATION_ERROR', ...common),
      },
    }),
    show: createRoute({
      method: 'get',
      path: `${of}/deliveries/{eventId}`,
      tags,
      summary: `Show a delivery of a webhook ${scope.of}`,
      description: 'With the body that is posted, as long as the log has the event.',
      security: SECURED,
      request: { params: deliveryParams(scope) },
      responses: {
        200: answer('The delivery', { delivery: DeliveryView.extend({ request: z.string().nullable() }) }),
        ...faults('DELIVERY_NOT_FOUND', ...common),
      },
    }),
    resend: createRoute({
      method: 'post',
      path: `${of}/deliveries/{eventId}/resend`,
      tags,
      summary: `Send an event to a webhook ${scope.of} once more`,
      description: 'At once, also while the webhook is down, and under the same id.',
      security: SECURED,
      request: { params: deliveryParams(scope) },
      responses: {
        202: answer('It is being sent', { delivery: DeliveryView }),
        ...faults('DELIVERY_NOT_FOUND', ...common),
      },
    }),
    resendFailed: createRoute({
      method: 'post',
      path: `${of}/resend-failed`,
      tags,
      summary: `Send all that failed at a webhook ${scope.of} once more`,
      security: SECURED,
      request: { params },
      responses: { 202: accepted, ...faults(...common) },
    }),
    replay: createRoute({
      method: 'post',
      path: `${of}/replay`,
      tags,
      summary: `Send a stretch of the log to a webhook ${scope.of} once more`,
      description:
        'What it asks for of the events between two times, or of one message. They carry the ids that they always had.',
      security: SECURED,
      request: {
        params,
        body: body(Replay, { from: '2026-01-01T10:00:00.000Z', to: '2026-01-01T12:00:00.000Z' }),
      },
      responses: {
        202: accepted,
        ...faults('VALIDATION_ERROR', 'MALFORMED_JSON', 'MESSAGE_NOT_FOUND', ...common),
      },
    }),
    test: createRoute({
      method: 'post',
      path: `${of}/test`,
      tags,
      summary: `Try a webhook ${scope.of}`,
      description: 'Posts a `webhook.test` and answers what came of it.',
      security: SECURED,
      request: { params },
      responses: { 200: answer('What came of it', { delivery: DeliveryView }), ...faults(...common) },
    }),
  }
}

export const webhookDeliveries = (scope: Scope) => (deps: Deps) => {
  const { store, webhooks, pause } = deps
  const middleware = access(deps)
  const routes = routesOf(scope)
  const theDelivery = async (endpoint: Endpoint, eventId: string) => {
    const found = await find(store, endpoint.id, eventId)
    if (!found) throw Again.deliveryNotFound()
    return found
  }

  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...routes.list, middleware }, async (c) => {
      const { id } = await theWebhook(c, deps, scope)
      const { items, cursor } = await list(store, id, c.req.valid('query'))
      const deliveries = items.map(deliveryViewOf)
      return c.json({ success: true as const, deliveries, nextCursor: cursor ?? null }, 200)
    })
    .openapi({ ...routes.show, middleware }, async (c) => {
      const { eventId } = c.req.valid('param')
      const delivery = await theDelivery(await theWebhook(c, deps, scope), eventId)
      const event = await store.get('events', Told, eventKey({ sessionId: delivery.stream, id: eventId }))
      const request = event ? await bodies({ store, links: deps.media.links })(event) : null
      return c.json({ success: true as const, delivery: { ...deliveryViewOf(delivery), request } }, 200)
    })
    .openapi({ ...routes.resend, middleware }, async (c) => {
      const endpoint = await theWebhook(c, deps, scope)
      const delivery = await Again.resend(deps, endpoint, c.req.valid('param').eventId)
      await webhooks.wake(endpointKey(endpoint))
      return c.json({ success: true as const, delivery: deliveryViewOf(delivery) }, 202)
    })
    .openapi({ ...routes.resendFailed, middleware }, async (c) => {
      const endpoint = await theWebhook(c, deps, scope)
      await Again.replayFailed(deps, endpoint)
      await webhooks.wake(endpointKey(endpoint))
      return c.json({ success: true as const, message: 'Replay accepted' }, 202)
    })
    .openapi({ ...routes.replay, middleware }, async (c) => {
      const endpoint = await theWebhook(c, deps, scope)
      await Again.replay(deps, endpoint, await rangeOf(deps, endpoint, c.req.valid('json')))
      await webhooks.wake(endpointKey(endpoint))
      return c.json({ success: true as const, message: 'Replay accepted' }, 202)
    })
    .openapi({ ...routes.test, middleware }, async (c) => {
      const endpoint = await theWebhook(c, deps, scope)
      const { eventId } = await Again.test(deps, endpoint)
      await webhooks.wake(endpointKey(endpoint))
      const until = store.now() + TEST_WAITS
      let delivery = await theDelivery(endpoint, eventId)
      while (delivery.status === 'waiting' && store.now() < until) {
        await pause(TEST_LOOKS)
        delivery = await theDelivery(endpoint, eventId)
      }
      return c.json({ success: true as const, delivery: deliveryViewOf(delivery) }, 200)
    })
}

/** A message's events stand in the log from when it was written on. */
const BEFORE = 60_000

/** @throws Fault VALIDATION_ERROR when it is not clear whose log is meant, MESSAGE_NOT_FOUND */
async function rangeOf(
  { store }: Deps,
  { accountId, sessionId }: Endpoint,
  asked: z.infer<typeof Replay>,
): Promise<Again.Range> {
  const { messageId } = asked
  const to = asked.to ? Date.parse(asked.to) : store.now()
  const wanted = sessionId ?? asked.sessionId
  const found = messageId
    ? (await findAll(store, messageId)).find(
        (one) => one.accountId === accountId && (!wanted || one.sessionId === wanted),
      )
    : undefined
  if (messageId && !found) throw new Fault('MESSAGE_NOT_FOUND', 'Message not found')
  const stream = wanted ?? found?.sessionId
  if (!stream)
    throw new Fault(
      'VALIDATION_ERROR',
      'A webhook of the account needs to be told whose log: send sessionId.',
    )
  if (!sessionId && !found) await ownSession(store, accountId, stream)
  const from = asked.from ? Date.parse(asked.from) : Date.parse(found?.timestamp ?? '') - BEFORE
  return { stream, from, to, messageId }
}

async function ownSession(store: Deps['store'], accountId: string, sessionId: string): Promise<void> {
  const session = await Sessions.living(store, sessionId)
  if (session.accountId !== accountId) throw Sessions.sessionNotFound()
}
