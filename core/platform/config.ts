/**
 * What a function or the connector may read from its environment, as one schema each. A missing or wrong value ends
 * the process at start with a sentence that names it, not later with a puzzle.
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
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})
export type PlatformConfig = z.infer<typeof PlatformConfig>

export const ApiConfig = PlatformConfig.extend({
  PUBLIC_ORIGIN: z.url(),
  /** Where the files of the API reference lie, when they are not in node_modules. */
  ASSETS_DIR: z.string().min(1).optional(),
})
export type ApiConfig = z.infer<typeof ApiConfig>

const Sandboxed = z.object({
  WHATSAPP: z.literal('sandbox'),
  WHATSAPP_URL: z.url(),
  WHATSAPP_ROOT_KEY: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits'),
})
const Live = z.object({ WHATSAPP: z.literal('live') })

export const ConnectorConfig = PlatformConfig.extend({
  /** Unique among running connectors; a restarted one that keeps its id takes its shards back at once. */
  CONNECTOR_ID: z.string().min(1).optional(),
  /** 32 bytes in hex: the key under which device state is sealed at rest. */
  MASTER_KEY: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits'),
  HEALTH_PORT: z.coerce.number().int().min(0).optional(),
  /** Where events are told to those who make conversations of them; nobody is told without it. */
  EVENTS_QUEUE_URL: z.string().min(1).optional(),
}).and(z.discriminatedUnion('WHATSAPP', [Sandboxed, Live]))
export type ConnectorConfig = z.infer<typeof ConnectorConfig>

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
  throw new Error(`The environment is not complete:\n${lines.join('\n')}`)
}
