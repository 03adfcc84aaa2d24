/** How webhooks and their deliveries are written and shown. Secrets are shown once, headers by their names. */
import * as z from 'zod'
import { CampaignId } from '#core/campaign/place.ts'
import { EVERYTHING, EventFilter } from '#core/events/filter.ts'
import { iso } from '#core/platform/clock.ts'
import { type Delivery, DeliveryStatus } from '#core/webhook/deliveries.ts'
import { DisabledReason, type Endpoint, Failure, isResting } from '#core/webhook/endpoint.ts'
import { isSession } from '#core/webhook/envelope.ts'
import { RetryPolicy } from '#core/webhook/policy.ts'
import { WebhookUrl } from '#core/webhook/url.ts'
import { Attempt } from '#core/webhook/work.ts'

const time = z.iso.datetime().nullable()

/** Those that we set ourselves, and those that say where a request goes or how long it is. */
const RESERVED =
  /^(webhook-|x-webhook-|host$|content-|connection$|transfer-encoding$|keep-alive$|upgrade$|te$|trailer$|expect$|user-agent$|proxy-)/i

const Header = z.strictObject({
  name: z
    .string()
    .max(100)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of a header')
    .refine((name) => !RESERVED.test(name), 'is set by Linekeeper itself'),
  value: z
    .string()
    .max(2_000)
    .regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII'),
})

const choice = {
  url: WebhookUrl.meta({
    description: 'Where events are posted to. Redirects are not followed; private addresses are refused',
  }),
  events: EventFilter,
  campaigns: z
    .array(CampaignId)
    .min(1)
    .max(100)
    .meta({ description: 'Of events that belong to a campaign only those of these; of all when absent' }),
  description: z.string().trim().max(500),
  active: z.boolean().meta({ description: 'Nothing is posted while it is false, and nothing gets lost' }),
  customHeaders: z.array(Header).max(20).meta({ description: 'Sent with each request; kept sealed' }),
}
export const Secret = z
  .string()
  .min(16)
  .max(256)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
  .refine(
    (secret) => !secret.startsWith('whsec_') || /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/.test(secret),
    'whsec_ must be followed by base64',
  )
  .meta({ description: 'Chosen here, `whsec_…`, when it is absent' })

export const NewWebhook = z
  .strictObject({
    url: choice.url,
    events: choice.events.default(EVERYTHING),
    campaigns: choice.campaigns.optional(),
    description: choice.description.optional(),
    active: choice.active.default(true),
    customHeaders: choice.customHeaders.default([]),
    retries: RetryPolicy.optional().meta({ description: 'Attempts over three days when it is absent' }),
    secret: Secret.optional(),
  })
  .meta({ id: 'NewWebhook' })

export const WebhookChange = z
  .strictObject({
    url: choice.url.optional(),
    events: choice.events.optional(),
    campaigns: choice.campaigns.nullish(),
    description: choice.description.nullish(),
    active: choice.active.optional(),
    customHeaders: choice.customHeaders.optional(),
    retries: RetryPolicy.nullish(),
    resumeFrom: z
      .enum(['backlog', 'now'])
      .optional()
      .meta({ description: 'Whether what happened while it stood still is told. `backlog` when absent' }),
  })
  .meta({ id: 'WebhookChange' })

export const WebhookView = z
  .object({
    id: z.string(),
    sessionId: z.string().nullable().meta({ description: 'Null for one of the whole account' }),
    url: z.string(),
    description: z.string().nullable(),
    events: EventFilter,
    campaigns: z.array(z.string()).nullable(),
    active: z.boolean(),
    status: z.enum(['active', 'paused', 'failing', 'disabled']),
    reason: DisabledReason.optional().meta({ description: 'Why it is disabled' }),
    action: z.string().optional().meta({ description: 'What a person has to do' }),
    customHeaders: z.array(z.object({ name: z.string() })),
    retries: RetryPolicy.nullable(),
    lastSuccessAt: time,
    lastFailure: Failure.nullable(),
    failingSince: time,
    nextAttemptAt: time.meta({ description: 'While it is down: when it is tried again' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' })

const ACTIONS: Record<DisabledReason, string> = {
  gone: 'It answered 410. Correct its address, or delete it; active: true switches it on again',
  failing: 'It failed for four days. Mend it, then switch it on again with active: true',
}

export function webhookViewOf(
  endpoint: Endpoint,
  headers: string[],
  now: number,
): z.infer<typeof WebhookView> {
  const { disabled, active, failures, rests, restUntil } = endpoint
  const status = disabled ? 'disabled' : !active ? 'paused' : failures + rests > 0 ? 'failing' : 'active'
  return {
    id: endpoint.id,
    sessionId: endpoint.sessionId ?? null,
    url: endpoint.url,
    description: endpoint.description ?? null,
    events: endpoint.events,
    campaigns: endpoint.campaigns ?? null,
    active,
    status,
    ...(disabled ? { reason: disabled.reason, action: ACTIONS[disabled.reason] } : {}),
    customHeaders: headers.map((name) => ({ name })),
    retries: endpoint.retries ?? null,
    lastSuccessAt: endpoint.lastSuccessAt ?? null,
    lastFailure: endpoint.lastFailure ?? null,
    failingSince: endpoint.failingSince ?? null,
    nextAttemptAt: active && isResting(endpoint, now) ? iso(restUntil) : null,
    createdAt: endpoint.createdAt,
    updatedAt: endpoint.updatedAt,
  }
}

export const DeliveryView = z
  .object({
    eventId: z.string(),
    event: z.string().meta({ description: 'The type of the event' }),
    sessionId: z.string().nullable(),
    status: DeliveryStatus,
    attempts: z.int().meta({ description: 'How many were made' }),
    nextAttemptAt: time,
    responseCode: z.int().nullable(),
    error: z.string().nullable(),
    latencyMs: z.int().nullable(),
    url: z.string(),
    requestId: z.string().meta({ description: '`X-Webhook-Request-Id`' }),
    response: z.string().nullable().meta({ description: 'The beginning of the latest answer' }),
    history: z.array(Attempt).meta({ description: 'The latest attempts, oldest first' }),
  })
  .meta({ id: 'WebhookDelivery' })

export function deliveryViewOf(delivery: Delivery): z.infer<typeof DeliveryView> {
  const { eventId, type, stream, status, count, attempts, nextAt, url, requestId, answer } = delivery
  const last = attempts.at(-1)
  return {
    eventId,
    event: type,
    sessionId: isSession(stream) ? stream : null,
    status,
    attempts: count,
    nextAttemptAt: status === 'waiting' && nextAt !== undefined ? iso(nextAt) : null,
    responseCode: last?.code ?? null,
    error: last?.error ?? null,
    latencyMs: last?.latencyMs ?? null,
    url,
    requestId,
    response: answer ?? null,
    history: attempts,
  }
}

export const EXAMPLE = {
  id: 'wh_4c6a9f0e2b7d5a1c3e8f7b60',
  sessionId: '5bc99cea8975b95fe7077c64a3312145',
  url: 'https://your-server.com/webhook',
  description: null,
  events: ['message.*', 'session.status'],
  campaigns: null,
  active: true,
  status: 'active',
  customHeaders: [],
  retries: null,
  lastSuccessAt: null,
  lastFailure: null,
  failingSince: null,
  nextAttemptAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}
