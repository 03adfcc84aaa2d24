import { afterEach, beforeEach, expect, test } from 'vitest'
import { received } from '../../test/support/events.ts'
import { type Receiver, receiver, type WebhookWorld, webhookWorld } from '../../test/support/webhooks.ts'
import { append } from '../log.ts'
import type { Store } from '../platform/dynamo.ts'
import * as Deliveries from './deliveries.ts'
import { drain } from './drain.ts'
import { endpointKey } from './endpoint.ts'

/** A drain that dies at each of its writes, before or after it took effect: the next one finds everything. */
let w: WebhookWorld
let hook: Receiver

beforeEach(async () => {
  w = await webhookWorld()
  hook = await receiver()
})
afterEach(async () => {
  await hook[Symbol.asyncDispose]()
  await w[Symbol.asyncDispose]()
})

class Dead extends Error {}
const WRITES = ['update', 'change', 'putMany', 'removeMany', 'transact'] as const

/** Dies for good at the write of that number. */
function mortal(store: Store, last: number, isDone: boolean): { store: Store; writes: () => number } {
  let writes = 0
  const dying = (name: (typeof WRITES)[number]) => {
    const write = store[name] as (...given: unknown[]) => Promise<unknown>
    return async (...given: unknown[]) => {
      writes++
      if (writes > last || (writes === last && !isDone)) throw new Dead()
      const answer = await write(...given)
      if (writes === last) throw new Dead()
      return answer
    }
  }
  const all = Object.fromEntries(WRITES.map((name) => [name, dying(name)]))
  return { store: { ...store, ...all } as Store, writes: () => writes }
}

test.each([
  ['before', false],
  ['after', true],
])(
  '%s a write',
  async (_, isDone) => {
    await w.account('acme')
    for (let last = 1; ; last++) {
      const line = await w.session('acme')
      w.clock.now += 1_000
      const endpoint = await w.endpoint({ accountId: 'acme', sessionId: line.id }, { url: hook.url })
      hook.requests.splice(0)
      const events = Array.from({ length: 240 }, (_, n) => {
        const chatId = `49151000000${10 + (n % 4)}@s.whatsapp.net`
        return received(line, w.clock.now, { chatId }, w.newEventId())
      })
      // Every fifth is refused the first time.
      const refused = new Set(events.filter((_, n) => n % 5 === 3).map(({ id }) => id))
      hook.behave((response, { body }) => void response.writeHead(refused.delete(body.id) ? 500 : 200).end())
      await append(w.store, w.retention, events)
      const { store, writes } = mortal(w.store, last, isDone)
      const died = await drain({ ...w.desk, store }, endpointKey(endpoint)).then(
        () => false,
        (error: unknown) => error instanceof Dead,
      )
      await w.pass(60_000)
      await w.drain(endpoint)
      await w.pass(10 * 60_000)

      const answered = hook.requests.filter(({ status }) => status === 200).map(({ body }) => body)
      const taken = [...new Set(answered.map(({ id }) => id))]
      expect(taken.toSorted(), `dead at write ${last}`).toEqual(events.map(({ id }) => id))
      for (const inChat of Map.groupBy(
        answered,
        ({ payload }) => (payload.message as { chatId: string }).chatId,
      ).values()) {
        const ids = [...new Set(inChat.map(({ id }) => id))]
        expect(ids, `dead at write ${last}`).toEqual(ids.toSorted())
      }
      const { items } = await Deliveries.list(w.store, endpoint.id, { limit: 500 })
      expect(items.filter(({ status }) => status === 'delivered')).toHaveLength(events.length)
      if (!died) {
        expect(writes()).toBeGreaterThan(5)
        return
      }
    }
  },
  120_000,
)
