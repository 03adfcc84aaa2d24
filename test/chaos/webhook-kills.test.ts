/**
 * Consumers of webhooks that are killed at random, while events are written and receivers fail now and then: every event
 * arrives everywhere, each chat in its order, and the log of deliveries says what the receivers have seen.
 * KILLS and SEED lengthen or repeat a run.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import * as Deliveries from '#core/webhook/deliveries.ts'
import { received } from '../support/events.ts'
import { until } from '../support/until.ts'
import { webhookSystem } from '../support/webhook-system.ts'
import { type Receiver, receiver } from '../support/webhooks.ts'
import { chance } from './chance.ts'

const KILLS = Number(process.env.KILLS ?? 25)
const SEED = Number(process.env.SEED ?? 5)
const [ROUNDS, PER_ROUND, CHATS] = [30, 20, 6]

test('killed again and again, they lose nothing, keep the order of each chat and tell the truth', async () => {
  const random = chance(SEED)
  await using system = await webhookSystem({ leaseMs: 900 })
  await using steady = await receiver()
  let count = 0
  await using flapping = await receiver(
    (response) => void response.writeHead(++count % 9 === 4 ? 500 : 200).end(),
  )
  await using ofAll = await receiver()
  const sessions = await Promise.all([system.session(), system.session(), system.session()])
  const [{ id: first }] = sessions
  await pause(2)
  const retries = { policy: 'constant' as const, delaySeconds: 1, attempts: 20 }
  const endpoints = [
    await system.endpoint({ sessionId: first }, { url: steady.url }),
    await system.endpoint({ sessionId: first }, { url: flapping.url, retries }),
    await system.endpoint({}, { url: ofAll.url }),
  ]

  await system.start()
  const all: Event[] = []
  const writing = (async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const events = Array.from({ length: PER_ROUND }, (_, n) => {
        const chatId = `49151000000${10 + (n % CHATS)}@s.whatsapp.net`
        return received(sessions[n % 3]!, Date.now(), { chatId }, system.newEventId())
      })
      all.push(...events)
      await system.happen(events)
      await pause(100)
    }
  })()
  for (let n = 0; n < KILLS; n++) {
    await pause(random.between(50, 400))
    await system.kill()
    await system.start()
  }
  await writing

  const ofFirst = all.filter(({ sessionId }) => sessionId === first)
  const wanted = [
    [steady, ofFirst],
    [flapping, ofFirst],
    [ofAll, all],
  ] as const
  for (const [to, events] of wanted) {
    await until('everything has arrived', () => taken(to).length >= events.length, { withinMs: 180_000 })
    expect(new Set(taken(to))).toEqual(new Set(events.map(({ id }) => id)))
    for (const inChat of chatsOf(to)) expect(inChat).toEqual(inChat.toSorted())
  }
  for (const [index, { id }] of endpoints.entries())
    await until('the log says that all of it was delivered', async () => {
      const delivered = await deliveredTo(id)
      return wanted[index]?.[1].every((event) => delivered.has(event.id))
    })

  async function deliveredTo(endpointId: string): Promise<Set<string>> {
    const found = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await Deliveries.list(system.store, endpointId, {
        status: 'delivered',
        limit: 500,
        cursor,
      })
      for (const { eventId } of page.items) found.add(eventId)
      cursor = page.cursor
    } while (cursor)
    return found
  }
}, 480_000)

const answered = (to: Receiver) => to.requests.filter(({ status }) => status !== undefined && status < 300)
const taken = (to: Receiver): string[] => [...new Set(answered(to).map(({ body }) => body.id))]

/** Ids of each chat, in the order in which they were taken for the first time. */
const chatsOf = (to: Receiver): string[][] => {
  const byChat = Map.groupBy(answered(to), ({ body }) => {
    const { chatId } = body.payload.message as { chatId: string }
    return `${body.sessionId} ${chatId}`
  })
  return [...byChat.values()].map((requests) => [...new Set(requests.map(({ body }) => body.id))])
}
