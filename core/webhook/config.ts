/** What the parts of webhooks read from their environment beside what every part needs. */
import * as z from 'zod'
import { REACHES } from '../platform/addresses.ts'
import { PlatformConfig } from '../platform/base-config.ts'

const KEY = /^[0-9a-f]{64}(,[0-9a-f]{64})*$/i

/** For whoever creates endpoints, or says that there is news. */
export const WebhookConfig = z.object({
  /** 32 bytes in hex, under which secrets of endpoints are sealed; several, comma-separated, while they change. */
  WEBHOOK_KEY: z
    .string()
    .regex(KEY, 'must be 64 hex digits')
    .transform((text) => text.split(',')),
  WEBHOOKS_QUEUE_URL: z.string().min(1),
  DELIVERIES_QUEUE_URL: z.string().min(1),
})
export type WebhookConfig = z.infer<typeof WebhookConfig>

/** For the fan-out, which opens nothing. */
export const FanOutConfig = PlatformConfig.extend(WebhookConfig.omit({ WEBHOOK_KEY: true }).shape)
export type FanOutConfig = z.infer<typeof FanOutConfig>

/** For the sweep, which seals secrets anew when the key was changed. */
export const SweepConfig = PlatformConfig.extend(WebhookConfig.shape)

export const DeliveryConfig = PlatformConfig.extend(WebhookConfig.shape).extend({
  /** Where files are linked to. */
  PUBLIC_ORIGIN: z.url(),
  /** Where requests may go: to public addresses, to this machine as well, or anywhere. */
  WEBHOOK_REACH: z.enum(REACHES).default('public'),
  /** For one request, answer included. */
  WEBHOOK_TIME_LIMIT_MS: z.coerce.number().int().min(100).max(30_000).default(10_000),
  /** How long an endpoint waits for a drain that was interrupted; the queue hands its job out again after that. */
  WEBHOOK_LEASE_MS: z.coerce.number().int().min(300).default(60_000),
})
export type DeliveryConfig = z.infer<typeof DeliveryConfig>
