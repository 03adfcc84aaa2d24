/**
 * What the parts that keep conversations read from their environment beside what every part needs, and what the webhook
 * of Twilio reads. Apart from config.ts for the sake of its cold start.
 */
import * as z from 'zod'
import { ConversationLife, PlatformConfig } from '../platform/base-config.ts'

const HOUR = 60 * 60 * 1000

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))

export const ConversationConfig = z.object({
  ...ConversationLife,
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

export const withoutSlash = z.url().transform((url) => url.replace(/\/+$/, ''))

/** The webhook needs no queue of commands. */
export const HookConfig = PlatformConfig.omit({ COMMAND_QUEUE_URL: true, SHARDS: true })
  .extend(ConversationConfig.shape)
  .extend(TwilioConfig.shape)
  .extend({
    PUBLIC_ORIGIN: withoutSlash,
    /** The account of ours that the Twilio channel belongs to. */
    TWILIO_CHANNEL_ACCOUNT: z.string().min(1).default('local'),
    /** Where logs are told of that webhooks of ours shall hear of; nobody is told without it. */
    WEBHOOKS_QUEUE_URL: z.string().min(1).optional(),
    /** How long a webhook may wait for a model, in ms. */
    TWILIO_ANSWER_WITHIN_MS: z.coerce.number().int().min(0).max(14_000).default(700),
  })

export type HookConfig = z.infer<typeof HookConfig>

/** In ms. */
export const conversationTtl = ({
  CONVERSATION_TTL_HOURS,
}: Pick<z.infer<typeof ConversationConfig>, 'CONVERSATION_TTL_HOURS'>): number =>
  Math.round(CONVERSATION_TTL_HOURS * HOUR)
