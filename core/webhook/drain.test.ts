import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { received } from '../../test/support/events.ts'
import {
  type Behaviour,
  type Receiver,
  receiver,
  type WebhookWorld,
  webhookWorld,
} from '../../test/support/webhooks.ts'
import { append } from '../log.ts'
import { read } from '../log-reader.ts'
import * as Deliveries from './deliveries.ts'
import type { Endpoint } from './endpoint.ts'
import { change } from './manage.ts'

const HOUR = 3_600_000
let w: WebhookWorld
let line: { id: string; accountId: string }
let hook: Receiver
const opened: Receiver[] = []

beforeEach(async () => {
  w = await webhookWorld()
  await w.account('acme')
  line = await w.session('acme')
  w.clock.now += 1_000
  hook = await listen()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one[Symbol.asyncDispose]()))
  await w[Symbol.asyncDispose]()
})

async function listen(behaves?: Behaviour): Promise<Receiver> {
  const one = await receiver(behaves)
  opened.push(one)
  return one
}
const own = () => ({ accountId: line.accountId, sessionId: line.id })
const chat = (n: number) => `49151000000${String(n).padStart(2, '0')}@s.whatsapp.net`
/** Messages of one session, one in each chat after the other. */
const messages = (count: number, chats = 5, of = line): Event[] =>
  Array.from({ length: count }, (_, n) =>
    received(of, w.clock.now, { chatId: chat(n % chats), text: `${n}` }, w.newEventId()),
  )
const ids = (events: Event[]) => events.map(({ id }) => id)
const delivery = async (endpoint: Endpoint, { id }: Pick<Event, 'id'>) =>
  Deliveries.find(w.store, endpoint.id, id)
const chatsInOrder = (to: Receiver) => {
  const byChat = Map.groupBy(to.requests, ({ body }) => (body.payload.message as { chatId: string }).chatId)
  return [...byChat.values()].map((requests) => [...new Set(requests.map(({ body }) => body.id))])
}
const expectInOrder = (to: Receiver) => {
  for (const inChat of chatsInOrder(to)) expect(inChat).toEqual(inChat.toSorted())
}

describe('an endpoint that answers', () => {
  test('is told of everything once, in the order of each chat, and the log says so', async () => {
    const endpoint = await w.endpoint(own(), { url: hook.url })
    const events = messages(250)
    await w.happen(...events)
    expect(hook.ids.toSorted()).toEqual(ids(events))
    expect(hook.requests).toHaveLength(250)
    expectInOrder(hook)
    expect(await delivery(endpoint, events[7]!)).toMatchObject({
      status: 'delivered',
      count: 1,
      attempts: [{ code: 204 }],
    })
    const { items } = await Deliveries.list(w.store, endpoint.id, { limit: 1_000 })
    expect(items).toHaveLength(250)
  })

  test('gets the envelope, and hears of nothing that it did not ask for', async () => {
    await w.endpoint(own(), {
      url: hook.url,
      events: ['message.received'],
      headers: [{ name: 'X-Mine', value: 'v' }],
    })
    const [message] = messages(1)
    const status: Event = {
      id: w.newEventId(),
      sessionId: line.id,
      accountId: 'acme',
      timestamp: new Date(w.clock.now).toISOString(),
      type: 'session.status',
      payload: { status: 'connected' },
    }
    await w.happen(status, message!)
    expect(hook.requests).toHaveLength(1)
    const { body, headers } = hook.requests[0]!
    expect(body).toMatchObject({
      id: message!.id,
      event: 'message.received',
      sessionId: line.id,
      session: 'line',
      timestamp: message!.timestamp,
      payload: message!.payload,
    })
    expect(headers).toMatchObject({ 'webhook-id': message!.id, 'x-mine': 'v' })
  })

  test('a status comes with those before it', async () => {
    await w.endpoint(own(), { url: hook.url, events: ['session.*'] })
    const status = (to: 'connecting' | 'connected'): Event => ({
      id: w.newEventId(),
      sessionId: line.id,
      accountId: 'acme',
      timestamp: new Date(w.clock.now).toISOString(),
      type: 'session.status',
      payload: { status: to },
    })
    await w.happen(status('connecting'), status('connected'))
    const told = hook.requests.find(({ body }) => body.payload.status === 'connected')
    const statuses = told?.body.payload.statuses as { status: string }[] | undefined
    expect(statuses?.map((one) => one.status)).toEqual(['connecting', 'connected'])
  })

  test('what happened before it was there is not told', async () => {
    await append(w.store, w.retention, messages(3))
    w.clock.now += 1_000
    await w.endpoint(own(), { url: hook.url })
    const [later] = messages(1)
    await w.happen(later!)
    expect(hook.ids).toEqual([later!.id])
  })

  test('one of the account hears of every session, and of those that come later', async () => {
    await w.endpoint({ accountId: 'acme' }, { url: hook.url, events: ['message.*'] })
    w.clock.now += 1_000
    const later = await w.session('acme', 'second')
    w.clock.now += 1
    const events = [...messages(5), ...messages(5, 2, later)]
    await w.happen(...events)
    expect(hook.ids.toSorted()).toEqual(ids(events).toSorted())
    await w.account('other')
    const foreign = await w.session('other')
    await w.happen(...messages(1, 1, foreign))
    expect(hook.requests).toHaveLength(10)
  })

  test('what becomes visible late is told all the same', async () => {
    await w.endpoint(own(), { url: hook.url })
    const [early] = messages(1)
    w.clock.now += 50
    const [prompt] = messages(1)
    await w.happen(prompt!)
    await append(w.store, w.retention, [early!])
    expect(hook.ids).toEqual([prompt!.id])
    await w.pass(3 * 60_000)
    expect(hook.ids).toEqual([prompt!.id, early!.id])
    expect(hook.requests).toHaveLength(2)
  })

  test('an endpoint that is quiet asks nothing of anybody', async () => {
    await w.endpoint({ accountId: 'acme' }, { url: hook.url })
    await w.happen(...messages(3))
    await w.pass(10 * 60_000)
    const { count } = w.drains
    await w.pass(24 * HOUR)
    expect(w.drains.count).toBe(count)
  })
})

describe('an endpoint that fails', () => {
  test('with 500 for an hour gets everything in order, and costs little until then', async () => {
    const endpoint = await w.endpoint(own(), { url: hook.url })
    hook.behave((response) => response.writeHead(500).end('broken'))
    const events = messages(300, 10)
    await w.happen(...events)
    expect(await w.seen(endpoint)).toMatchObject({ active: true, lastFailure: { code: 500 } })
    await w.pass(HOUR)
    const tried = hook.requests.length
    expect(tried).toBeLessThan(60)
    hook.behave((response) => response.writeHead(200).end())
    hook.requests.splice(0)
    await w.pass(6 * 60_000)
    expect(hook.ids.toSorted()).toEqual(ids(events))
    expect(hook.requests).toHaveLength(300)
    expectInOrder(hook)
    expect(await w.seen(endpoint)).toMatchObject({ failures: 0, rests: 0 })
    const first = await delivery(endpoint, events[0]!)
    expect(first?.status).toBe('delivered')
    expect(first?.attempts.at(-2)).toMatchObject({ code: 500 })
  })

  test('every now and then: nothing is lost, and chats keep their order', async () => {
    let n = 0
    hook.behave((response) => response.writeHead(++n % 7 === 3 ? 503 : 200).end())
    await w.endpoint(own(), { url: hook.url })
    const events = messages(200, 8)
    await w.happen(...events)
    await w.pass(HOUR)
    const taken = new Set(hook.ids)
    expect(ids(events).filter((id) => !taken.has(id))).toEqual([])
    const { items } = await Deliveries.list(w.store, (await endpoints())[0]!.id, { limit: 500 })
    expect(items.filter(({ status }) => status !== 'delivered')).toEqual([])
    expectInOrder(hook)
  })

  test('one event that is refused for ever holds up its chat for three attempts and nobody else', async () => {
    const endpoint = await w.endpoint(own(), {
      url: hook.url,
      retries: { policy: 'constant', delaySeconds: 10, attempts: 4 },
    })
    const events = messages(20, 4)
    const poison = events[4]!.id
    hook.behave((response, { body }) => response.writeHead(body.id === poison ? 422 : 200).end())
    await w.happen(...events)
    const behind = events.filter((_, n) => n % 4 === 0 && n > 4).map(({ id }) => id)
    expect(hook.ids.filter((id) => behind.includes(id))).toEqual([])
    expect(hook.ids).toHaveLength(20 - behind.length)
    await w.pass(21_000)
    expect(hook.ids.filter((id) => behind.includes(id))).toEqual(behind)
    await w.pass(60_000)
    expect(await delivery(endpoint, { id: poison })).toMatchObject({ status: 'failed', count: 5 })
    expect(hook.requests.filter(({ body }) => body.id === poison)).toHaveLength(5)
  })

  test('with 410 is not asked again, and the log says why', async () => {
    const endpoint = await w.endpoint(own(), { url: hook.url })
    hook.behave((response) => response.writeHead(410).end())
    await w.happen(...messages(3, 1))
    await w.pass(HOUR)
    expect(hook.requests).toHaveLength(1)
    expect(await w.seen(endpoint)).toMatchObject({ active: false, disabled: { reason: 'gone' } })
    const { items } = await read(w.store, line.id, { limit: 100 })
    expect(items.at(-1)).toMatchObject({
      type: 'webhook.disabled',
      payload: { webhookId: endpoint.id, reason: 'gone' },
    })
  })

  test('with 429 and Retry-After is left alone for so long', async () => {
    await w.endpoint(own(), { url: hook.url })
    hook.behave((response) => response.writeHead(429, { 'retry-after': '600' }).end())
    const events = messages(3, 1)
    await w.happen(...events)
    await w.pass(599_000)
    expect(hook.requests).toHaveLength(1)
    hook.behave((response) => response.writeHead(200).end())
    await w.pass(61_000)
    expect(hook.ids).toEqual(ids(events))
  })

  test('for four days is given up, and goes on where it was when its owner says so', async () => {
    const endpoint = await w.endpoint(own(), { url: hook.url })
    hook.behave((response) => response.writeHead(500).end())
    const events = messages(12, 3)
    await w.happen(...events)
    await w.pass(HOUR)
    w.clock.now += 4 * 24 * HOUR
    await w.pass(10 * 60_000)
    const given = await w.seen(endpoint)
    expect(given).toMatchObject({ active: false, disabled: { reason: 'failing' } })
    hook.requests.splice(0)
    hook.behave((response) => response.writeHead(200).end())
    await w.pass(HOUR)
    expect(hook.requests).toEqual([])
    await change(w.desk, given, { active: true })
    await w.drain(endpoint)
    await w.pass(60_000)
    const { items } = await Deliveries.list(w.store, endpoint.id, { limit: 100, status: 'failed' })
    const known = new Set([...hook.ids, ...items.map(({ eventId }) => eventId)])
    expect(ids(events).filter((id) => !known.has(id))).toEqual([])
  }, 60_000)

  test('by closing the line in the middle, by redirecting inside, by not answering: each by its name', async () => {
    const inside = await listen()
    const endpoint = await w.endpoint(own(), {
      url: hook.url,
      retries: { policy: 'constant', delaySeconds: 1, attempts: 0 },
    })
    const [one, two, three] = messages(3, 3)
    hook.behave((response, { body }) => {
      if (body.id === one!.id) {
        response.writeHead(200, { 'content-length': '50' }).write('half')
        setImmediate(() => response.destroy())
      } else if (body.id === two!.id) response.writeHead(302, { location: inside.url }).end()
    })
    await w.happen(one!, two!, three!)
    const errors = await Promise.all(
      [one!, two!, three!].map(async (event) => (await delivery(endpoint, event))?.attempts[0]?.error),
    )
    expect(errors).toEqual(['connection_lost', 'redirect_not_followed', 'timeout'])
    expect(inside.requests).toEqual([])
  })
})

const endpoints = async () => {
  const { endpointsOf } = await import('./endpoint.ts')
  return endpointsOf(w.store, own())
}

describe('a hundred thousand events', () => {
  test('that wait for a dead endpoint cost what one costs', async () => {
    const endpoint = await w.endpoint(own(), { url: hook.url })
    hook.behave((response) => response.writeHead(500).end())
    await w.happen(...messages(20))
    await w.pass(30 * 60_000)
    const before = { requests: hook.requests.length, drains: w.drains.count }
    // News comes all the time, and nobody is woken for it.
    for (let n = 0; n < 30; n++) {
      await append(w.store, w.retention, messages(40))
      await w.tell(...messages(1))
      expect(w.jobs.filter(({ at }) => at <= w.clock.now)).toEqual([])
      await w.pass(60_000)
    }
    expect(hook.requests.length - before.requests).toBeLessThan(9)
    expect(w.drains.count - before.drains).toBeLessThan(20)
    const { items } = await Deliveries.list(w.store, endpoint.id, { limit: 1_000 })
    expect(items.length).toBeLessThan(150)
    hook.behave((response) => response.writeHead(200).end())
    await w.pass(6 * 60_000)
    expect(hook.ids).toHaveLength(20 + 30 * 40)
    expectInOrder(hook)
  }, 60_000)
})

test('two drains at once are one', async () => {
  const endpoint = await w.endpoint(own(), { url: hook.url })
  await append(w.store, w.retention, messages(120))
  await Promise.all(Array.from({ length: 4 }, () => w.drain(endpoint)))
  expect(hook.requests).toHaveLength(120)
})
