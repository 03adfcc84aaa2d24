/**
 * Events that are told and not stored (a QR code, typing, presence): posted once, at once, past the turns of what is
 * stored, so that a burst of them never pushes a message aside. A few at a time for each endpoint; what is more is
 * dropped, because the next one makes it worthless.
 */
import type { Key } from '../platform/dynamo.ts'
import type { Desk } from './desk.ts'
import { find, isResting } from './endpoint.ts'
import type { Told } from './envelope.ts'
import { poster } from './poster.ts'

const AT_ONCE = 4
/** What is older than this, in ms, is worth nothing any more. */
const FRESH = 60_000

/** `busy` counts those under way in this process, by endpoint. */
export async function postVolatile(
  desk: Desk,
  key: Key,
  events: Told[],
  busy: Map<string, number>,
): Promise<void> {
  const fresh = events.filter(({ timestamp }) => desk.store.now() - Date.parse(timestamp) < FRESH)
  const endpoint = fresh.length > 0 ? await find(desk.store, key) : undefined
  if (!endpoint?.active || isResting(endpoint, desk.store.now())) return
  const post = poster(desk, endpoint)
  await Promise.all(
    fresh.map(async (event) => {
      const count = busy.get(endpoint.id) ?? 0
      if (count >= AT_ONCE) return
      busy.set(endpoint.id, count + 1)
      const { ok, attempt } = await post(event).finally(() => {
        const left = (busy.get(endpoint.id) ?? 1) - 1
        if (left > 0) busy.set(endpoint.id, left)
        else busy.delete(endpoint.id)
      })
      if (!ok)
        desk.log.info(
          { endpointId: endpoint.id, type: event.type, ...attempt },
          'a volatile event did not arrive',
        )
    }),
  )
}
