/**
 * A session is one linked WhatsApp device. The API owns its settings and its intent (what should be), the connector
 * that holds its shard's lease owns its state (what is); both live in one item and neither overwrites the other.
 * The verbs are in sessions/.
 */
import * as z from 'zod'
import { HistoryState } from './history.ts'
import { Restriction } from './restriction.ts'
import { StoredSettings } from './settings.ts'

export { sessionKey, sessionPartition } from './partition.ts'
export { Settings, SettingsChange } from './settings.ts'

export const Status = z.enum(['inactive', 'connecting', 'qr_generated', 'connected', 'disconnected'])
export type Status = z.infer<typeof Status>

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
  .object({
    status: Status,
    at: z.iso.datetime(),
    reason: z.string().optional(),
    was: Status.optional().meta({ description: 'The status before' }),
  })
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
  /** The number is this session's alone: see sessions/number.ts. Absent in what earlier releases have linked, or was brought. */
  claimed: z.boolean().optional(),
  pushName: z.string().optional(),
  connectedAt: z.iso.datetime().optional(),
  /** What WhatsApp called the phone's kind when it linked us: `iphone`, `android`, `smba` … */
  platform: z.string().optional(),
  /** The version of WhatsApp Web that the connection speaks. */
  clientVersion: z.string().optional(),
  lastActivity: z.iso.datetime().optional(),
  restriction: Restriction.optional(),
  history: HistoryState.optional(),
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
  settings: StoredSettings,
  /** Whether the session should be connected: true from start until stop, logout or delete. */
  wanted: z.boolean(),
  intent: Intent.optional(),
  deletedAt: z.iso.datetime().optional(),
  /** A device waits to be taken in: see core/device/parcel.ts. */
  parcel: z.string().optional(),
  /** Since when it has a device of another program: until that was connected, nobody knows whether it is one. */
  brought: z.iso.datetime().optional(),
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

/** True until the owning connector has done what was asked last. */
export const isPending = ({ intent, state }: Pick<Session, 'intent' | 'state'>): boolean =>
  intent !== undefined && intent.n > state.doneIntent
