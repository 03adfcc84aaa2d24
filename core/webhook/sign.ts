/**
 * How a receiver knows that a request is ours: headers as WAHA has them (an HMAC of the raw body), and those of the
 * Standard Webhooks (which cover id and time as well, and list every secret that is valid).
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

const STANDARD = 'whsec_'

/** A secret as both kinds of signature use it; made once, because making it costs as much as signing. */
export type SigningKey = { standard: KeyObject; plain: KeyObject }

export const signingKey = (secret: string): SigningKey => ({
  standard: createSecretKey(standardKey(secret)),
  plain: createSecretKey(Buffer.from(secret)),
})

export type Signed = {
  /** Of the event: the same in each attempt, so that receivers can leave out what they know. */
  id: string
  endpointId: string
  /** When it happened, ISO 8601. */
  timestamp: string
  body: string
  /** The newest first. */
  keys: readonly SigningKey[]
  /** When it is sent, in ms. */
  now: number
}

export function signatures({ id, endpointId, timestamp, body, keys, now }: Signed): Record<string, string> {
  const at = `${Math.floor(now / 1000)}`
  const [newest, former] = keys
  return {
    'webhook-id': id,
    'webhook-timestamp': at,
    'x-webhook-request-id': requestId(endpointId, id),
    'x-webhook-timestamp': `${Date.parse(timestamp)}`,
    ...(newest === undefined
      ? {}
      : {
          'webhook-signature': keys.map((key) => standard(key, `${id}.${at}.${body}`)).join(' '),
          // Who compares one value goes on with the secret that it knows, until that ends.
          'x-webhook-hmac': hmac(former ?? newest, body),
          'x-webhook-hmac-algorithm': 'sha512',
          ...(former === undefined ? {} : { 'x-webhook-hmac-next': hmac(newest, body) }),
        }),
  }
}

/** One for an event and an endpoint, however often it is sent. */
export const requestId = (endpointId: string, eventId: string): string =>
  `req_${hash('sha256', `${endpointId}\0${eventId}`).slice(0, 32)}`

const hmac = ({ plain }: SigningKey, body: string): string =>
  createHmac('sha512', plain).update(body).digest('hex')

const standard = (key: SigningKey, content: string): string =>
  `v1,${createHmac('sha256', key.standard).update(content).digest('base64')}`

/** A secret that its owner has chosen freely is the key as it stands. */
const standardKey = (secret: string): Buffer =>
  secret.startsWith(STANDARD) ? Buffer.from(secret.slice(STANDARD.length), 'base64') : Buffer.from(secret)
