/** What the API and the connector read from their environment, as one schema each. */
import * as z from 'zod'
import { proxyIn } from '../proxy.ts'
import { REACHES } from './addresses.ts'
import { ConversationLife, PlatformConfig } from './base-config.ts'

export { PlatformConfig, readConfig } from './base-config.ts'

/** Where files are kept; without it there are none. */
const MediaStore = {
  MEDIA_STORE: z
    .string()
    .regex(/^(file:\/\/\/.+|s3:\/\/[\w.-]+)$/, 'must be file:///folder or s3://bucket')
    .optional(),
  S3_ENDPOINT: z.url().optional(),
  /** Where files and pages that callers name by URL may be fetched from. */
  MEDIA_REACH: z.enum(REACHES).default('public'),
}

export const ApiConfig = PlatformConfig.extend({
  PUBLIC_ORIGIN: z.url(),
  /** What our CloudFront distribution shows itself by; derived from the master key, and as many as there are of that. */
  EDGE_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/i, 'must be 64 hex digits')
    .transform((text) => text.split(','))
    .optional(),
  ...MediaStore,
  /** Where live connections are opened; `/live` at the public origin when it is not set. */
  LIVE_URL: z.url({ protocol: /^wss?$/ }).optional(),
  /** Where sessions are told that live connections shall hear of; nobody is told without it. */
  LIVE_QUEUE_URL: z.string().min(1).optional(),
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

/** How connectors reach WhatsApp. */
export const ProxyConfig = z.object({
  /** `http://user:password@host:port`, https or socks5: the way to WhatsApp of sessions that name no proxy of their own; `direct` is none. */
  PROXY_URL: z
    .string()
    .refine(
      (address) => address === 'direct' || proxyIn(address) !== undefined,
      'must be http, https or socks5://host:port, or direct',
    )
    .optional(),
  /** Where proxies may be that sessions name. */
  PROXY_REACH: z.enum(REACHES).default('public'),
})

export const ConnectorConfig = PlatformConfig.extend({
  /** Unique among running connectors; a restarted one that keeps its id takes its shards back at once. */
  CONNECTOR_ID: z.string().min(1).optional(),
  /** 32 bytes in hex: the key under which device state is sealed at rest. While it changes, the former one follows a comma. */
  MASTER_KEY: z.string().regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/i, 'must be 64 hex digits'),
  ...MediaStore,
  ...ProxyConfig.shape,
  HEALTH_PORT: z.coerce.number().int().min(0).optional(),
  ...ConversationLife,
  /** Where events are told to those who make conversations of them; there are none without it. */
  EVENTS_QUEUE_URL: z.string().min(1).optional(),
  /** Where sessions are told that live connections shall hear of; nobody is told without it. */
  LIVE_QUEUE_URL: z.string().min(1).optional(),
  /** Where logs are told of that webhooks shall hear of; nobody is told without it. */
  WEBHOOKS_QUEUE_URL: z.string().min(1).optional(),
}).and(z.discriminatedUnion('WHATSAPP', [Sandboxed, Live]))
export type ConnectorConfig = z.infer<typeof ConnectorConfig>
