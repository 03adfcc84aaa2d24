/** What the parts that keep conversations read from their environment, beside what every part needs. */
import * as z from 'zod'
import { PlatformConfig } from '../platform/config.ts'

const HOUR = 60 * 60 * 1000

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))

export const ConversationConfig = z.object({
  /** After so many hours without a message a conversation expires; fractions are allowed. */
  CONVERSATION_TTL_HOURS: z.coerce.number().positive().max(8760).default(24),
  /** Where messages that a model shall read are handed on; absent where rules read everything. */
  ORDERS_QUEUE_URL: z.string().min(1).optional(),
})

export const TwilioConfig = z.object({
  /** Several, comma-separated, while they are being rotated; the first signs our own requests. */
  TWILIO_AUTH_TOKEN: list,
  /** Set where replies shall be sent by Twilio's API. */
  TWILIO_ACCOUNT_SID: z.string().min(1).optional(),
  TWILIO_API_URL: z.url().default('https://api.twilio.com'),
})

const withoutSlash = z.url().transform((url) => url.replace(/\/+$/, ''))

/** The webhook needs no queue of commands. */
export const HookConfig = PlatformConfig.omit({ COMMAND_QUEUE_URL: true, SHARDS: true })
  .extend(ConversationConfig.shape)
  .extend(TwilioConfig.shape)
  .extend({
    PUBLIC_ORIGIN: withoutSlash,
    /** The account of ours that the Twilio channel belongs to. */
    TWILIO_CHANNEL_ACCOUNT: z.string().min(1).default('local'),
    /** How long a webhook may wait for a model, in ms. */
    TWILIO_ANSWER_WITHIN_MS: z.coerce.number().int().min(0).max(14_000).default(700),
  })

export type HookConfig = z.infer<typeof HookConfig>

export const OrdersConfig = PlatformConfig.extend(ConversationConfig.shape)
  .extend(TwilioConfig.shape)
  .extend({
    PUBLIC_ORIGIN: withoutSlash,
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

export const conversationTtl = ({ CONVERSATION_TTL_HOURS }: z.infer<typeof ConversationConfig>): number =>
  Math.round(CONVERSATION_TTL_HOURS * HOUR)
