/** What the functions of live connections read from their environment, beside the rest. */
import * as z from 'zod'
import { PlatformConfig } from '../platform/base-config.ts'

export const LiveConfig = PlatformConfig.extend({
  LIVE_QUEUE_URL: z.string().min(1),
  /** Where connections are spoken to: the management API of the gateway, with its stage. */
  LIVE_ENDPOINT: z.url(),
})
export type LiveConfig = z.infer<typeof LiveConfig>
