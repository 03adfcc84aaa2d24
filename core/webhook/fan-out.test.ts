import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import type { Event } from '#core/contract/event.ts'
import { received } from '../../test/support/events.ts'
import { type Receiver, receiver, type WebhookWorld, webhookWorld } from '../../test/support/webhooks.ts'
import * as Accounts from '../account.ts'
import { append } from '../log.ts'
import * as Sessions from '../sessions/index.ts'
import { endpointKey } from './endpoint.ts'
import { erase } from './erase.ts'
import { fanOut } from './fan-out.ts'
import { acquire } from './lease.ts'
import { change } from './manage.ts'
import { catchUpAccount, catchUpSession, ofAccounts } from './sweep.ts'
import { postVolatile } from './volatile.ts'

let w: WebhookWorld
let hook: Receiver
let line: { id: string; accountId: string }

beforeEach(async () => {
  w = await webhookWorld()
  await w.account('acme')
  line = await w.session('acme')
  w.clock.now += 1_000
  hook = await receiver()
})
afterEach(async () => {
  await hook[Symbol.asyncDispose]()
  await w[Symbol.asyncDispose]()
})

const own = () => ({ accountId: line.accountId, sessionId: line.id })
const message = (): Event => received(line, w.clock.now, {}, w.newEventId())
const present = (): Event => ({
  id: w.newEventId(),
  sessionId: line.id,
  accountId: 'acme',
  timestamp: new Date(w.clock.now).toISOString(),
  type: 'presence.update',
  payload: { chatId: 'c', participant: 'p', state: 'composing' } as never,
})
const account = async () => (await Accounts.find(w.store, 'acme')) as Accounts.Account
async function catchUpAll(): Promise<number> {
  const desk = { store: w.store, wake: w.wake }
  const find = ofAccounts(w.store)
  let woken = await catchUpAccount(desk, await account(), find)
  for await (const session of Sessions.ofAccount(w.store, 'acme'))
    woken += await catchUpSession(desk, session, find)
  return woken
}

test('who wants nothing of it, or is switched off, is not woken', async () => {
  await w.endpoint(own(), { url: hook.url, events: ['session.*'] })
  const off = await w.endpoint(own(), { url: hook.url })
  await change(w.desk, off, { active: false })
  await w.tell(message())
  expect(w.jobs).toEqual([])
})

test('who is being drained gets a mark instead of a job', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  await acquire(w.store, endpointKey(endpoint), 60_000)
  await w.tell(message())
  await w.tell(message())
  expect(w.jobs).toEqual([])
  expect((await w.seen(endpoint)).again).toBe(true)
})

test('a drain that died is followed by the next when its lease is over', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  const event = message()
  await append(w.store, w.retention, [event])
  await acquire(w.store, endpointKey(endpoint), 60_000)
  await w.drain(endpoint)
  expect(hook.ids).toEqual([])
  w.clock.now += 60_000
  await w.drain(endpoint)
  expect(hook.ids).toEqual([event.id])
})

test('news that nobody was told of is found, and what was delivered is left alone', async () => {
  await w.endpoint(own(), { url: hook.url })
  await w.endpoint({ accountId: 'acme' }, { url: `${hook.url}?all` })
  const event = message()
  await append(w.store, w.retention, [event])
  expect(await catchUpAll()).toBe(2)
  await w.run()
  expect(hook.requests.filter(({ body }) => body.id === event.id)).toHaveLength(2)
  expect(await catchUpAll()).toBe(0)
})

test('marks go when nobody listens any more, and come where somebody does', async () => {
  const marked = async () => (await Sessions.find(w.store, line.id))?.webhooks !== undefined
  const ofAll = await w.endpoint({ accountId: 'acme' }, { url: hook.url })
  expect(await marked()).toBe(false)
  await catchUpAll()
  expect(await marked()).toBe(true)
  await erase(w.store, ofAll)
  w.clock.now += 120_000
  await catchUpAll()
  await catchUpAll()
  expect([await marked(), (await account()).webhooks]).toEqual([false, undefined])
})

test('what is volatile is posted at once, to those who want it, and never again', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  await w.endpoint(own(), { url: `${hook.url}?other`, events: ['message.*'] })
  const woken: { volatile: number; isNews: boolean }[] = []
  const desk = {
    store: w.store,
    noted: w.noted,
    wake: async (_: unknown, volatile: unknown[], isNews: boolean) =>
      void woken.push({ volatile: volatile.length, isNews }),
  }
  const event = present()
  await fanOut(desk, [{ v: 1, streams: [], volatile: [event as never] }])
  expect(woken).toEqual([{ volatile: 1, isNews: false }])
  hook.behave((response) => response.writeHead(500).end())
  await postVolatile(w.desk, endpointKey(endpoint), [event as never], new Map())
  expect(hook.requests).toHaveLength(1)
  expect(await w.seen(endpoint)).toMatchObject({ failures: 0, rests: 0 })
})

test('a burst of what is volatile pushes no message aside', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  const slow = Promise.withResolvers<void>()
  hook.behave(async (response, { body }) => {
    if (body.event === 'presence.update') await slow.promise
    response.writeHead(200).end()
  })
  const busy = new Map<string, number>()
  const posting = Array.from({ length: 50 }, () =>
    postVolatile(w.desk, endpointKey(endpoint), [present() as never], busy),
  )
  const event = message()
  await w.happen(event)
  expect(hook.requests.filter(({ body }) => body.event === 'message.received')).toHaveLength(1)
  slow.resolve()
  await Promise.all(posting)
  expect(hook.requests.filter(({ body }) => body.event === 'presence.update').length).toBeLessThanOrEqual(4)
  expect(busy.size).toBe(0)
})

test('a deleted webhook leaves nothing', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  await w.happen(message(), message())
  await erase(w.store, endpoint)
  await w.happen(message())
  expect(hook.requests).toHaveLength(2)
  const left = await w.store.query('main', z.looseObject({}), `DELIVERY#${endpoint.id}`)
  expect(left.items).toEqual([])
})

test('a change of what is wanted counts from then on', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url, events: ['session.*'] })
  await w.happen(message())
  w.clock.now += 1_000
  await change(w.desk, endpoint, { events: ['message.*'] })
  const later = message()
  await w.happen(later)
  expect(hook.ids).toEqual([later.id])
})

test('an endpoint that stood still goes on with what waited, or with what is new', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  await change(w.desk, endpoint, { active: false })
  const [one, two] = [message(), message()]
  await w.happen(one)
  await change(w.desk, endpoint, { active: true })
  await w.drain(endpoint)
  expect(hook.ids).toEqual([one.id])
  await change(w.desk, await w.seen(endpoint), { active: false })
  await w.happen(two)
  w.clock.now += 1_000
  await change(w.desk, await w.seen(endpoint), { active: true, resumeFrom: 'now' })
  const three = message()
  await w.happen(three)
  expect(hook.ids).toEqual([one.id, three.id])
})
