/** What is posted: the envelope of an event, with what is said of its session beside it. */
import type { Links } from '../media/link.ts'
import { linked } from '../media/linked.ts'
import type { Store } from '../platform/dynamo.ts'
import { Session, sessionKey } from '../session.ts'
import { type About, envelopeOf, isSession, statusesUntil, type Told } from './envelope.ts'

/** Makes the bodies of requests; what is asked of a session is read once. */
export function bodies({ store, links }: { store: Store; links: Links }): (event: Told) => Promise<string> {
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
