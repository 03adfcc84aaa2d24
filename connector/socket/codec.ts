/**
 * How the values of a device are written as text. What the ratchets touch on every message has a form of its own that
 * costs little; everything else is JSON in which bytes are `{"type":"Buffer","data":"<base64>"}`, as Baileys writes them.
 */
import { proto } from '@whiskeysockets/baileys'

type Codec = { encode(value: unknown): string; decode(text: string): unknown }

const bytesAsObject = (_: string, value: unknown) => {
  if (value instanceof Uint8Array) return asObject(value)
  if (isWrittenBuffer(value) && Array.isArray(value.data)) return asObject(Buffer.from(value.data))
  return value
}
const objectAsBytes = (_: string, value: unknown) =>
  isWrittenBuffer(value) && typeof value.data === 'string' ? ownBuffer(value.data, 'base64') : value

/** Not from Node's pool: a key that lives as long as its device would keep 64 KB of pool alive with it. */
export function ownBuffer(text: string, encoding: 'base64' | 'utf8'): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text, encoding))
  bytes.write(text, encoding)
  return bytes
}

const asObject = (bytes: Uint8Array) => ({ type: 'Buffer', data: Buffer.from(bytes).toString('base64') })
const isWrittenBuffer = (value: unknown): value is { type: 'Buffer'; data: unknown } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value

const json: Codec = {
  encode: (value) => JSON.stringify(value, bytesAsObject),
  decode: (text) => JSON.parse(text, objectAsBytes),
}
/** Values that hold only strings, numbers and booleans. */
const plainJson: Codec = { encode: JSON.stringify, decode: JSON.parse }
const text: Codec = { encode: (value) => value as string, decode: (written) => written }
const base64: Codec = {
  encode: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  decode: (text) => ownBuffer(text, 'base64'),
}
/** Sender keys are bytes that hold JSON. */
const utf8: Codec = {
  encode: (value) => Buffer.from(value as Uint8Array).toString(),
  decode: (text) => ownBuffer(text, 'utf8'),
}
/** Baileys silently skips patches when the key data is not a message object (sandbox-protocol, section 3). */
const appStateKey: Codec = {
  encode: json.encode,
  decode: (text) =>
    proto.Message.AppStateSyncKeyData.fromObject(json.decode(text) as Record<string, unknown>),
}
/** Read for every message that is sent; only its token is bytes. */
const token: Codec = {
  encode: json.encode,
  decode: (text) => {
    const entry = JSON.parse(text)
    return isWrittenBuffer(entry.token) ? { ...entry, token: objectAsBytes('token', entry.token) } : entry
  },
}

const CODECS: Record<string, Codec> = {
  session: plainJson,
  'lid-mapping': text,
  'device-list': plainJson,
  'sender-key-memory': plainJson,
  outbox: plainJson,
  'identity-key': base64,
  'sender-key': utf8,
  'app-state-sync-key': appStateKey,
  tctoken: token,
}

/**
 * Kept as they are, and written as text only when they are committed. None is changed in place once it is set, but a
 * session that is in use (see held-sessions.ts).
 */
const KEPT = new Set(['session', 'identity-key', 'sender-key', 'inbound', 'outbox'])

export const isKept = (type: string): boolean => KEPT.has(type)
export const encode = (type: string, value: unknown): string => (CODECS[type] ?? json).encode(value)
export const decode = (type: string, text: string): unknown => (CODECS[type] ?? json).decode(text)
