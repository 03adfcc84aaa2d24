/**
 * What the owner of a session chooses about it: one schema for the API, the table and the connector. Every setting has a
 * default, and old sessions that lack one behave as that says. When a change counts stands with `NEEDS`: most at once,
 * some with the next connection, and what a phone is told while it links with the next link.
 */
import * as z from 'zod'
import { AddressRange } from './access/address.ts'
import { LARGEST, MEDIA_KINDS } from './media/kinds.ts'
import { isReadable, READABLE } from './platform/readable.ts'
import { ProxySetting, StoredProxy } from './proxy.ts'
import { WebhookUrl } from './webhook/url.ts'

const METADATA_KEYS = 50
const METADATA_NAME = 100

const flag = (description: string) => z.boolean().meta({ description })

const Ignore = z
  .strictObject({
    status: flag('Status updates of others').default(false),
    groups: flag('Groups, with what happens in them').default(false),
    channels: flag('Channels').default(false),
    broadcast: flag('What comes by broadcast lists').default(false),
  })
  .meta({
    id: 'IgnoredChats',
    description:
      'Chats that the session does not hear of: nothing of them is told or stored. What was sent into one is still followed up.',
  })

const AutoRejectCalls = z
  .strictObject({
    enabled: z.boolean().default(true),
    reply: z.string().trim().min(1).max(4_096).optional().meta({ description: 'Sent to whoever called' }),
  })
  .meta({ id: 'AutoRejectCalls', description: 'Reject every call, and write to whoever called' })

export const MEDIA_SOURCES = ['chats', 'groups', 'channels', 'status'] as const
const someOf = <T extends string>(names: readonly [T, ...T[]]) => z.array(z.enum(names))
const AutoDownload = z
  .strictObject({
    enabled: z.boolean().default(true),
    kinds: someOf(MEDIA_KINDS)
      .max(MEDIA_KINDS.length)
      .default([...MEDIA_KINDS]),
    maxSize: z.int().min(0).max(LARGEST).default(LARGEST).meta({ description: 'Bytes' }),
    from: someOf(MEDIA_SOURCES)
      .max(MEDIA_SOURCES.length)
      .default([...MEDIA_SOURCES]),
  })
  .meta({
    id: 'AutoDownload',
    description:
      'Which received files are fetched when they come. Of the others everything but the content is known, and `POST /api/sessions/{id}/messages/{messageId}/media` fetches them.',
  })

const pacing = {
  perMinute: z.int().min(1).max(6_000).meta({ description: 'Messages a minute, in the long run' }),
  burst: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .meta({ description: 'How many may leave at once after a rest' }),
  minDelayMs: z.int().min(0).max(600_000).default(0).meta({ description: 'Least time between two messages' }),
  maxDelayMs: z.int().min(0).max(600_000).default(0).meta({
    description: 'The time between two messages is chosen by chance between both; never less than the least',
  }),
  typing: flag('Be shown as typing before each text, for as long as typing it would take').default(false),
}
const Pacing = z.strictObject(pacing).meta({
  id: 'Pacing',
  description:
    'Spreads messages over time, so that a burst of requests does not look like one to WhatsApp. Without it each leaves at once. Messages keep their order, and tell why they wait in `waiting`',
})
export type Pacing = z.infer<typeof Pacing>

const setting = {
  autoReconnect: flag('Connect again by itself after a lost connection'),
  reconnectInterval: z.int().min(100).max(3_600_000).meta({
    description: 'Bound of the first pause between two attempts, in milliseconds; it doubles, with jitter',
  }),
  maxReconnectAttempts: z
    .int()
    .min(0)
    .max(1_000_000)
    .meta({ description: 'Give up after so many attempts in a row; 0 means never' }),
  messageHistory: flag('Take over the history that the phone offers when it links'),
  historyDepth: z
    .enum(['three_months', 'year'])
    .meta({ description: 'How far back the phone is asked for its history; counts when it links' }),
  store: flag(
    'Keep messages, so that they can be read again. Without it they are told and not kept: no chats, no message by its id. What this API sends stays in the ledger, and events stay in the log for as long as it lasts',
  ),
  conversations: flag('Make conversations of what is said between the session and single persons'),
  enableEncryption: flag(
    'Keep what is said sealed at rest, and what people and chats are called: in messages, chats, contacts, the log, conversations, files and queues. It counts for what comes from then on. No conversations are made of such a session by themselves',
  ),
  debug: flag('Log more about this session; never what is said in it, and no secrets'),
  deviceName: z
    .string()
    .trim()
    .max(50)
    .refine(isReadable, READABLE)
    .meta({ description: 'Shown in the phone’s list of linked devices; counts when it links' }),
  browserName: z
    .enum(['Chrome', 'Firefox', 'Safari', 'Edge', 'Opera', 'Desktop'])
    .meta({ description: 'The browser that the list shows beside it; counts when it links' }),
  markOnline: flag(
    'Be shown as online for as long as it is connected. The phone then gives no sound for new messages',
  ),
  readReceipts: z.enum(['on_request', 'always', 'never']).meta({
    description:
      '`on_request`: who wrote sees that it was read when the API is told so. `always`: every message is marked as read when it comes. `never`: marking as read shows on our own devices only',
  }),
  ignore: Ignore,
  autoRejectCalls: AutoRejectCalls,
  autoDownload: AutoDownload,
  pacing: Pacing,
  onRestriction: z.enum(['fail', 'hold']).meta({
    description:
      'What becomes of messages to people who do not know the account while WhatsApp keeps it from writing to them: they fail at once with the reason `restricted`, or wait until that is over',
  }),
  proxy: ProxySetting,
  metadata: z
    .record(
      z.string().refine((name) => name !== '' && name.length <= METADATA_NAME),
      z.string().max(1_000),
      {
        error: ({ code }) =>
          code === 'invalid_key' ? `each name must have 1 to ${METADATA_NAME} characters` : undefined,
      },
    )
    .refine((pairs) => Object.keys(pairs).length <= METADATA_KEYS, `must have at most ${METADATA_KEYS} keys`)
    .meta({ description: 'Names and values of your own; they come with every event of the session' }),
  ipWhitelist: z.array(AddressRange).min(1).max(100).meta({
    description:
      'Addresses and ranges from which this session may be used; from anywhere when it is not set. Settings can be changed from anywhere by a token of the account',
  }),
  webhookUrl: WebhookUrl.meta({
    description:
      'An address that is told of every event of this session: a webhook that is managed by this setting. More, and with choices, by `/api/sessions/{id}/webhooks`',
  }),
}

const shape = {
  autoReconnect: setting.autoReconnect.default(true),
  reconnectInterval: setting.reconnectInterval.default(5_000),
  maxReconnectAttempts: setting.maxReconnectAttempts.default(0),
  messageHistory: setting.messageHistory.default(true),
  historyDepth: setting.historyDepth.default('three_months'),
  store: setting.store.default(true),
  conversations: setting.conversations.default(true),
  enableEncryption: setting.enableEncryption.default(false),
  debug: setting.debug.default(false),
  deviceName: setting.deviceName.optional(),
  browserName: setting.browserName.optional(),
  markOnline: setting.markOnline.default(false),
  readReceipts: setting.readReceipts.default('on_request'),
  ignore: setting.ignore.prefault({}),
  autoRejectCalls: setting.autoRejectCalls.prefault({ enabled: false }),
  autoDownload: setting.autoDownload.prefault({}),
  pacing: setting.pacing.optional(),
  onRestriction: setting.onRestriction.default('fail'),
  proxy: setting.proxy.optional(),
  metadata: setting.metadata.optional(),
  ipWhitelist: setting.ipWhitelist.optional(),
  webhookUrl: setting.webhookUrl.optional(),
}

/** What callers give. A name that is not known is refused, so that nothing misspelt is taken for done. */
export const Settings = z.strictObject(shape).meta({ id: 'SessionSettings' })
export type Settings = z.infer<typeof Settings>

/** As they are stored, by this version or another: what is not known is left out, what was allowed once stays. */
export const StoredSettings = z.object({
  ...shape,
  deviceName: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  webhookUrl: z.string().optional(),
  proxy: StoredProxy.optional(),
  ignore: Ignore.strip().prefault({}),
  autoRejectCalls: AutoRejectCalls.strip().prefault({ enabled: false }),
  autoDownload: AutoDownload.strip()
    .extend({
      kinds: someOf(MEDIA_KINDS).default([...MEDIA_KINDS]),
      from: someOf(MEDIA_SOURCES).default([...MEDIA_SOURCES]),
    })
    .prefault({}),
  pacing: z.object(pacing).optional(),
})

export type StoredSettings = z.infer<typeof StoredSettings>

/** What is absent stays as it is; null goes back to the default. A setting that has parts is replaced as a whole. */
export const SettingsChange = z.strictObject(nullish(setting)).meta({ id: 'SessionSettingsChange' })
export type SettingsChange = z.infer<typeof SettingsChange>
/** The same with what is sealed. */
export type StoredChange = Omit<SettingsChange, 'proxy'> & { proxy?: StoredProxy | null | undefined }

/** Whether conversations are made of a session: they are read by people and by models, so sealed messages are not for them. */
export const feedsConversations = ({
  conversations,
  enableEncryption,
}: Pick<StoredSettings, 'conversations' | 'enableEncryption'>): boolean => conversations && !enableEncryption

/** Of a session: what is said in it is kept sealed. */
export const sealing = ({ enableEncryption }: Pick<StoredSettings, 'enableEncryption'>) =>
  enableEncryption ? ({ encrypted: true } as const) : {}

/** Settings that do not count at once: they do from the next connection, or when the session is linked the next time. */
const NEEDS: Partial<Record<keyof Settings, 'restart' | 'link'>> = {
  proxy: 'restart',
  deviceName: 'link',
  browserName: 'link',
  historyDepth: 'link',
}
export const Pending = z
  .object({ setting: z.string(), needs: z.enum(['restart', 'link']) })
  .meta({ id: 'PendingSetting' })

/** Which of these changes the session does not follow yet. */
export const pendingOf = (changes: SettingsChange, isRunning: boolean): z.infer<typeof Pending>[] =>
  Object.entries(changes).flatMap(([name, value]) => {
    const needs = NEEDS[name as keyof Settings]
    return value !== undefined && needs && isRunning ? [{ setting: name, needs }] : []
  })

function nullish<S extends Record<string, z.ZodType>>(
  shape: S,
): { [N in keyof S]: z.ZodOptional<z.ZodNullable<S[N]>> } {
  const entries = Object.entries(shape).map(([name, schema]) => [name, schema.nullish()])
  return Object.fromEntries(entries)
}
