/** One request to an endpoint: signed, sent, and what came of it. */
import { linked } from '../media/linked.ts'
import type { Store } from '../platform/dynamo.ts'
import { Unsent } from '../platform/outbound.ts'
import { Session, sessionKey } from '../session.ts'
import type { Desk } from './desk.ts'
import type { Endpoint } from './endpoint.ts'
import { type About, envelopeOf, isSession, statusesUntil, type Told } from './envelope.ts'
import type { Outcome } from './health.ts'
import { retryAfter } from './policy.ts'
import { signatures } from './sign.ts'
import { validSecrets } from './vault.ts'
import { attemptAt } from './work.ts'

const AGENT = 'Linekeeper/0.1 (webhooks)'
const GONE = 410
/** Characters of an answer that are kept. */
const ANSWER = 1_000

export type Post = (event: Told) => Promise<Outcome>

/** @throws Sealed when the endpoint's secrets do not open */
export function poster(desk: Pick<Desk, 'store' | 'vault' | 'outbound' | 'links'>, endpoint: Endpoint): Post {
  const { store, vault, outbound } = desk
  const contents = vault.open(endpoint)
  const custom = Object.fromEntries(contents.headers.map(({ name, value }) => [name.toLowerCase(), value]))
  const body = bodies(desk)

  return async (event) => {
    const text = await body(event)
    const { id, timestamp } = event
    const now = store.now()
    const signed = signatures({
      id,
      endpointId: endpoint.id,
      timestamp,
      body: text,
      secrets: validSecrets(contents, now),
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

/** Makes the bodies of requests; what is asked of a session is read once. */
export function bodies({ store, links }: Pick<Desk, 'store' | 'links'>): (event: Told) => Promise<string> {
  const known = new Map<string, Promise<About | undefined>>()
  return async (event) => {
    const { sessionId, type } = event
    const about = known.get(sessionId) ?? aboutOf(store, sessionId)
    known.set(sessionId, about)
    const statuses = type === 'session.status' ? await statusesUntil(store, event) : undefined
    return envelopeOf(await linked(links, event), await about, statuses)
  }
}

async function aboutOf(store: Store, stream: string): Promise<About | undefined> {
  if (!isSession(stream)) return
  const session = await store.get('main', Session, sessionKey(stream), false)
  if (!session) return
  const { name, settings, state } = session
  return { name, phoneNumber: state.phoneNumber, metadata: settings.metadata }
}
