/**
 * A session is one linked WhatsApp device. The API owns its settings and its intent (what should be), the connector
 * that holds its shard's lease owns its state (what is); both live in one item and neither overwrites the other.
 * The verbs are in sessions/.
 */
import * as z from 'zod'
import { AddressRange } from './access/address.ts'
import { sessionPartition } from './partition.ts'

export { sessionPartition } from './partition.ts'

export const Status = z.enum(['inactive', 'connecting', 'qr_generated', 'connected', 'disconnected'])
export type Status = z.infer<typeof Status>

const setting = {
  autoReconnect: z.boolean().meta({ description: 'Connect again by itself after a lost connection' }),
  reconnectInterval: z.int().min(100).max(3_600_000).meta({
    description: 'Bound of the first pause between two attempts, in milliseconds; it doubles, with jitter',
  }),
  maxReconnectAttempts: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta({ description: 'Give up after so many attempts in a row; 0 means never' }),
  messageHistory: z.boolean().meta({ description: 'Take over the history that the phone offers' }),
  conversations: z
    .boolean()
    .meta({ description: 'Make conversations of what is said between the session and single persons' }),
  ipWhitelist: z.array(AddressRange).min(1).max(100).meta({
    description:
      'Addresses and ranges from which this session may be used; from anywhere when it is not set. Settings can be changed from anywhere by a token of the account',
  }),
  webhookUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2_000)
    .meta({
      description:
        'An address that is told of every event of this session: a webhook that is managed by this setting. More, and with choices, by `/api/sessions/{id}/webhooks`',
    }),
}

export const Settings = z
  .strictObject({
    autoReconnect: setting.autoReconnect.default(true),
    reconnectInterval: setting.reconnectInterval.default(5_000),
    maxReconnectAttempts: setting.maxReconnectAttempts.default(0),
    messageHistory: setting.messageHistory.default(true),
    conversations: setting.conversations.default(true),
    ipWhitelist: setting.ipWhitelist.optional(),
    webhookUrl: setting.webhookUrl.optional(),
  })
  .meta({ id: 'SessionSettings' })
export type Settings = z.infer<typeof Settings>

/** What is absent stays as it is; null goes back to the default. */
export const SettingsChange = z
  .strictObject({
    autoReconnect: setting.autoReconnect.nullish(),
    reconnectInterval: setting.reconnectInterval.nullish(),
    maxReconnectAttempts: setting.maxReconnectAttempts.nullish(),
    messageHistory: setting.messageHistory.nullish(),
    conversations: setting.conversations.nullish(),
    ipWhitelist: setting.ipWhitelist.nullish(),
    webhookUrl: setting.webhookUrl.nullish(),
  })
  .meta({ id: 'SessionSettingsChange' })
export type SettingsChange = z.infer<typeof SettingsChange>

/** What the API asks for. `n` rises with each request; the connector is done when its `doneIntent` reaches it. */
export const Intent = z.object({
  n: z.int(),
  action: z.enum(['start', 'stop', 'restart', 'logout', 'clear-auth', 'delete']),
  at: z.iso.datetime(),
  /** An earlier request to unlink was not done yet: it is done first. */
  unlinkFirst: z.boolean().optional(),
})
export type Intent = z.infer<typeof Intent>

export const StatusChange = z
  .object({ status: Status, at: z.iso.datetime(), reason: z.string().optional() })
  .meta({ id: 'StatusChange' })
export type StatusChange = z.infer<typeof StatusChange>

/** What is, as the owning connector last wrote it. Fenced by `epoch`, the epoch of its lease. */
export const State = z.object({
  status: Status,
  since: z.iso.datetime(),
  reason: z.string().optional(),
  action: z.string().optional(),
  epoch: z.int().default(0),
  doneIntent: z.int().default(0),
  linked: z.boolean().default(false),
  jid: z.string().optional(),
  lid: z.string().optional(),
  phoneNumber: z.string().optional(),
  pushName: z.string().optional(),
  connectedAt: z.iso.datetime().optional(),
  lastActivity: z.iso.datetime().optional(),
  qr: z.object({ text: z.string(), expiresAt: z.iso.datetime() }).optional(),
})
export type State = z.infer<typeof State>

export const Session = z.object({
  v: z.literal(1).default(1),
  id: z.string(),
  accountId: z.string(),
  shard: z.int(),
  name: z.string(),
  description: z.string().optional(),
  settings: z.object(Settings.shape),
  /** Whether the session should be connected: true from start until stop, logout or delete. */
  wanted: z.boolean(),
  intent: Intent.optional(),
  deletedAt: z.iso.datetime().optional(),
  /** Where the token that is its key is stored. */
  apiKey: z.string().optional(),
  /** Somebody hears live of what happens here, or did lately: see core/live. */
  listening: z.object({ at: z.iso.datetime(), until: z.iso.datetime() }).optional(),
  /** Since when a webhook may be told of what happens here; absent while there is none: see core/webhook. */
  webhooks: z.iso.datetime().optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  state: State,
})
export type Session = z.infer<typeof Session>

export const sessionKey = (id: string) => ({ pk: sessionPartition(id), sk: 'SESSION' })

/** True until the owning connector has done what was asked last. */
export const isPending = ({ intent, state }: Pick<Session, 'intent' | 'state'>): boolean =>
  intent !== undefined && intent.n > state.doneIntent
