/**
 * What a person may set when deploying, beside the choices of stage.ts: variables that the parts read themselves. They
 * are checked against the very schemas that the parts read them with, so a wrong one ends the deployment.
 */
import type * as z from 'zod'
import { ConversationConfig, HookConfig, OrdersConfig, TwilioConfig } from '../core/conversation/config.ts'
import { ApiConfig, PlatformConfig, ProxyConfig } from '../core/platform/config.ts'
import { DeliveryConfig } from '../core/webhook/config.ts'

const platform = PlatformConfig.pick({
  EVENT_RETENTION_DAYS: true,
  MESSAGE_RETENTION_DAYS: true,
  LOG_LEVEL: true,
})
const conversation = ConversationConfig.pick({ CONVERSATION_TTL_HOURS: true })
const twilio = TwilioConfig.pick({ TWILIO_ACCOUNT_SID: true, TWILIO_API_URL: true })
const hook = HookConfig.pick({ TWILIO_CHANNEL_ACCOUNT: true, TWILIO_ANSWER_WITHIN_MS: true })
const orders = OrdersConfig.pick({
  OPENAI_BASE_URL: true,
  OPENAI_MODEL: true,
  OPENAI_TIME_LIMIT_MS: true,
  OPENAI_RETRIES: true,
  OPENAI_TOKENS_PER_DAY: true,
})
const media = ApiConfig.pick({ MEDIA_REACH: true })
const deliveries = DeliveryConfig.pick({ WEBHOOK_REACH: true, WEBHOOK_TIME_LIMIT_MS: true })
const connector = ProxyConfig.pick({ PROXY_REACH: true })
const GROUPS = { platform, conversation, twilio, hook, orders, media, deliveries, connector }

/** Every one of them. */
export const SETTINGS = Object.values(GROUPS).flatMap(({ shape }) => Object.keys(shape))

/** By the parts that read them, as they were given; what was not given is left to its default. */
export type Settings = {
  [Group in keyof typeof GROUPS]: Partial<Record<keyof z.input<(typeof GROUPS)[Group]>, string>>
}

/** @throws Error with a sentence per wrong value */
export function readSettings(given: Record<string, string | undefined>): Settings {
  const wrong: string[] = []
  const groups = Object.entries(GROUPS).map(([group, schema]) => {
    const read = schema.safeParse(given)
    if (!read.success)
      wrong.push(...read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
    return [
      group,
      Object.fromEntries(Object.keys(schema.shape).flatMap((key) => (given[key] ? [[key, given[key]]] : []))),
    ]
  })
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return Object.fromEntries(groups)
}
