/** What the functions of live connections read from their environment, beside the rest. */
import * as z from 'zod'
import { PlatformConfig } from '../platform/base-config.ts'
import { WebhookConfig } from '../webhook/config.ts'

export const LiveConfig = PlatformConfig.extend({
  LIVE_QUEUE_URL: z.string().min(1),
  /** Where connections are spoken to: the management API of the gateway, with its stage. */
  LIVE_ENDPOINT: z.url(),
  /** Where files are linked to. */
  PUBLIC_ORIGIN: z.url(),
})
export type LiveConfig = z.infer<typeof LiveConfig>

/** For whoever lets them in, and has to know short-lived tokens. */
export const GateConfig = LiveConfig.extend(WebhookConfig.pick({ WEBHOOK_KEY: true }).shape)
export type GateConfig = z.infer<typeof GateConfig>
