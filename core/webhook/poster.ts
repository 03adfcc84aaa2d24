/** One request to an endpoint: signed, sent, and what came of it. */
import { Unsent } from '../platform/outbound.ts'
import type { Desk } from './desk.ts'
import type { Endpoint } from './endpoint.ts'
import type { Told } from './envelope.ts'
import type { Outcome } from './health.ts'
import { retryAfter } from './policy.ts'
import { type SigningKey, signatures, signingKey } from './sign.ts'
import { validSecrets } from './vault.ts'
import { attemptAt } from './work.ts'

const AGENT = 'Linekeeper/0.1 (webhooks)'
const GONE = 410
/** Characters of an answer that are kept. */
const ANSWER = 1_000

export type Post = (event: Told) => Promise<Outcome>

/** @throws Sealed when the endpoint's secrets do not open */
export function poster(
  desk: Pick<Desk, 'store' | 'vault' | 'outbound' | 'shared'>,
  endpoint: Endpoint,
): Post {
  const { store, vault, outbound, shared } = desk
  const contents = vault.open(endpoint)
  const custom = Object.fromEntries(contents.headers.map(({ name, value }) => [name.toLowerCase(), value]))
  const keys = new Map<string, SigningKey>()
  const keyOf = (secret: string): SigningKey => {
    const key = keys.get(secret) ?? signingKey(secret)
    keys.set(secret, key)
    return key
  }

  return async (event) => {
    const text = await shared.body(event)
    const { id, timestamp } = event
    const now = store.now()
    const signed = signatures({
      id,
      endpointId: endpoint.id,
      timestamp,
      body: text,
      keys: validSecrets(contents, now).map(keyOf),
      now,
    })
    const began = performance.now()
    const took = () => Math.round(performance.now() - began)
    try {
      const headers = { ...custom, 'content-type': 'application/json', 'user-agent': AGENT, ...signed }
      const {
        status: code,
        body: answer,
        retryAfter: wait,
      } = await outbound.post(endpoint.url, headers, text)
      const ok = code >= 200 && code < 300
      return {
        ok,
        attempt: { at: attemptAt(now), code, latencyMs: took(), ...errorOf(code) },
        answer: answer.slice(0, ANSWER).toWellFormed(),
        isGone: code === GONE,
        pause: ok ? undefined : retryAfter(wait, store.now()),
      }
    } catch (error) {
      const reason = error instanceof Unsent ? error.reason : 'request_failed'
      return { ok: false, attempt: { at: attemptAt(now), error: reason, latencyMs: took() } }
    }
  }
}

const errorOf = (code: number) => (code >= 300 && code < 400 ? { error: 'redirect_not_followed' } : {})
