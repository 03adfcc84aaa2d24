/**
 * How the environment is read, and what every part reads from it. A missing or wrong value ends the process at start
 * with a sentence that names it, not later with a puzzle. Apart from config.ts, because schemas that a function does
 * not use still cost its cold start.
 */
import * as z from 'zod'
import { sealedSecrets } from './sealed.ts'

const integer = (fallback: number) => z.coerce.number().int().positive().default(fallback)

/** What every part needs: where its tables and queues are. Endpoints are set only where AWS is not used. */
export const PlatformConfig = z.object({
  AWS_REGION: z.string().default('us-east-1'),
  DYNAMODB_ENDPOINT: z.url().optional(),
  SQS_ENDPOINT: z.url().optional(),
  MAIN_TABLE: z.string().min(3),
  EVENTS_TABLE: z.string().min(3),
  MESSAGES_TABLE: z.string().min(3),
  DEVICES_TABLE: z.string().min(3),
  /** Each shard's FIFO queue; `{shard}` stands for its number. */
  COMMAND_QUEUE_URL: z.string().includes('{shard}'),
  SHARDS: integer(16),
  EVENT_RETENTION_DAYS: integer(7),
  MESSAGE_RETENTION_DAYS: integer(365),
  /** Where CloudWatch collects our metrics; none are written without it. */
  METRICS_NAMESPACE: z.string().min(1).optional(),
  /** What encrypted sessions say is sealed with it; derived from the master key, and as many as there are of that. */
  CONTENT_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/i, 'must be 64 hex digits')
    .transform((text) => text.split(','))
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})
export type PlatformConfig = z.infer<typeof PlatformConfig>

/** What all who write conversations read. */
export const ConversationLife = {
  /** After so many hours without a message a conversation expires; fractions are allowed. */
  CONVERSATION_TTL_HOURS: z.coerce.number().positive().max(8760).default(24),
}

/** @throws Error with one line per wrong value; values themselves are never repeated, they may be secrets. */
export function readConfig<S extends z.ZodType>(
  schema: S,
  env: NodeJS.ProcessEnv = process.env,
): z.output<S> {
  // Parsed once: compiling the schema would cost more than it saves.
  const read = schema.safeParse({ ...env, ...sealedSecrets(env) }, { jitless: true })
  if (read.success) return read.data
  const lines = read.error.issues.map(
    (issue) => `  ${issue.path.join('.') || 'environment'}: ${issue.message}`,
  )
  throw new Error(`Environment variables are missing or wrong:\n${lines.join('\n')}`)
}
