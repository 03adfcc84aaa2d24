/** What the consumers of conversations, and their timed job, read from their environment. */
import * as z from 'zod'
import { PlatformConfig } from '../platform/base-config.ts'
import { ConversationConfig, TwilioConfig, withoutSlash } from './hook-config.ts'

export { ConversationConfig, conversationTtl, HookConfig, TwilioConfig } from './hook-config.ts'

export const OrdersConfig = PlatformConfig.extend(ConversationConfig.shape)
  .extend(TwilioConfig.shape)
  .extend({
    PUBLIC_ORIGIN: withoutSlash,
    /** Where sessions are told that live connections shall hear of; nobody is told without it. */
    LIVE_QUEUE_URL: z.string().min(1).optional(),
    /** Where logs are told of that webhooks shall hear of; nobody is told without it. */
    WEBHOOKS_QUEUE_URL: z.string().min(1).optional(),
    OPENAI_API_KEY: z.string().min(1).optional(),
    OPENAI_BASE_URL: z.url().default('https://api.openai.com/v1'),
    OPENAI_MODEL: z.string().min(1).default('gpt-4o-mini'),
    /** For one message, retries included. */
    OPENAI_TIME_LIMIT_MS: z.coerce.number().int().min(100).max(120_000).default(15_000),
    OPENAI_RETRIES: z.coerce.number().int().min(0).max(5).default(2),
    /** Per account and day (UTC). */
    OPENAI_TOKENS_PER_DAY: z.coerce.number().int().min(0).default(1_000_000),
  })
export type OrdersConfig = z.infer<typeof OrdersConfig>
