import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as z from 'zod'
import type { Analytics } from '#core/conversation/analytics.ts'
import { feed } from '#core/conversation/feed.ts'
import { record } from '#core/conversation/record.ts'
import { seenKey } from '#core/conversation/seen.ts'
import type { ConversationSettings } from '#core/conversation/settings.ts'
import type { OrderDetails } from '#core/order/order.ts'
import { iso } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { received, sent } from '../../../test/support/events.ts'
import { fakeTwilio, SECRET, SID } from '../../../test/support/twilio-rest.ts'
import type { ConversationMessage, ConversationView } from './view.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
let w: World
let poor: World
let twilio: Awaited<ReturnType<typeof fakeTwilio>>
let accounts = 0
let ids = 0

beforeAll(async () => {
  twilio = await fakeTwilio()
  const env = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: SECRET, TWILIO_API_URL: twilio.url }
  w = await apiWorld({ env })
  poor = await apiWorld()
})
afterAll(async () => {
  await Promise.all([w.close(), poor.close(), twilio.close()])
})

type View = z.infer<typeof ConversationView>
type MessageView = z.infer<typeof ConversationMessage>
/** What answers hold, all calls taken together: each test knows which part its call gives. */
type Body = {
  code: string
  conversation: View
  conversations: View[]
  message: MessageView
  messages: MessageView[]
  events: { type: string; sessionId: string; payload: Record<string, unknown> }[]
  analytics: Analytics
  settings: ConversationSettings
  summary: Record<string, unknown>
  total: number
  cleaned: number
  nextCursor: string | null
}
const asBody = (body: unknown): Body => body as Body

/** An account of its own, that calls the API and hears from people at Twilio. */
async function account(world = w) {
  const accountId = `tenant${++accounts}`
  await world.account(accountId)
  const token = `token-${accountId}`
  const call = async (method: string, path: string, body?: Record<string, unknown>, headers = {}) => {
    const answer = await world.request(method, path, body, { token, headers })
    return { status: answer.status, body: asBody(answer.body) }
  }
  /** `phone` writes `content` by Twilio. */
  const says = async (phone: string, content = 'Hello', orderDetails?: OrderDetails) => {
    const at = iso(world.clock.now)
    const id = `SM${++ids}`
    const message = {
      id,
      content,
      type: 'text' as const,
      direction: 'inbound' as const,
      author: 'customer' as const,
      timestamp: at,
      metadata: { kind: 'text' },
    }
    const person = { key: phone, phoneNumber: phone, address: `whatsapp:${phone}`, name: 'John' }
    const line = { accountId, channel: { type: 'twilio' as const, number: '+14155238886' }, person }
    const seen = {
      key: seenKey('test', `${accountId} ${id}`),
      messageId: id,
      answer: null,
      expiresAt: 4_000_000_000,
    }
    const recorded = await record(world.deps, line, at, () => ({
      messages: [message],
      name: 'John',
      seen,
      orderDetails,
    }))
    if ('repeated' in recorded) throw new Error('repeated')
    return recorded.conversation
  }
  return { accountId, call, says }
}

test('the endpoints of seed 003 have exactly its fields', async () => {
  const { call, says } = await account()
  const details = { items: [{ name: 'Product A', quantity: 5 }] }
  const createdAt = iso(w.clock.now)
  const { id } = await says('+1234567890', 'I need 5 units of Product A', details)
  w.clock.now += 60_000
  await says('+1234567890', 'Thanks')
  const session = {
    session_id: id,
    phone_number: '+1234567890',
    status: 'active',
    created_at: createdAt,
    last_activity: iso(w.clock.now),
    message_count: 2,
    order_details: details,
    context: {},
  }
  for (const path of ['/session/%2B1234567890', '/session/+1234567890', '/session/1234567890'])
    expect(await call('GET', path)).toEqual({
      status: 200,
      body: {
        session,
        conversation_history: [
          {
            id: expect.any(String),
            content: 'I need 5 units of Product A',
            message_type: 'text',
            direction: 'inbound',
            timestamp: createdAt,
            metadata: { kind: 'text' },
          },
          expect.objectContaining({ content: 'Thanks' }),
        ],
        message_count: 2,
      },
    })
  const newest = (await call('GET', '/session/+1234567890?limit=1')).body
  expect(newest).toMatchObject({ message_count: 2, conversation_history: [{ content: 'Thanks' }] })
  expect((await call('GET', '/sessions/active')).body).toEqual({
    active_sessions: [session],
    total_active: 1,
  })

  const complete = () => call('POST', `/session/${id}/complete`)
  expect(await complete()).toEqual({ status: 200, body: { message: 'Session completed successfully' } })
  expect(await complete()).toMatchObject({ status: 200 })
  expect((await call('GET', '/session/+1234567890')).body).toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
    status: 404,
  })
  expect((await call('GET', '/sessions/active')).body).toEqual({ active_sessions: [], total_active: 0 })
  const { id: next } = await says('+1234567890')
  expect(next).not.toBe(id)
})

test('everything demands a token, and shows nothing of other accounts', async () => {
  const { says } = await account()
  const { id } = await says('+15550000001')
  const paths = [
    ['GET', '/session/+15550000001'],
    ['GET', '/sessions/active'],
    ['POST', `/session/${id}/complete`],
    ['GET', '/api/conversations'],
    ['POST', '/api/conversations'],
    ['GET', '/api/conversations/active/count'],
    ['GET', '/api/conversations/analytics'],
    ['GET', '/api/conversations/settings'],
    ['PUT', '/api/conversations/settings'],
    ['POST', '/api/conversations/cleanup'],
    ['GET', '/api/conversations/events'],
    ['GET', `/api/conversations/${id}`],
    ['PATCH', `/api/conversations/${id}`],
    ['GET', `/api/conversations/${id}/messages`],
    ['POST', `/api/conversations/${id}/messages`],
    ['GET', `/api/conversations/${id}/summary`],
    ['POST', `/api/conversations/${id}/complete`],
    ['POST', `/api/conversations/${id}/expire`],
  ] as const
  for (const [method, path] of paths) {
    const body = method === 'GET' ? undefined : {}
    expect((await w.request(method, path, body, { token: '' })).status, path).toBe(401)
    expect((await w.request(method, path, body, { token: 'wrong' })).status, path).toBe(401)
  }
  const other = await account()
  const bodies: Record<string, Record<string, unknown>> = {
    PATCH: { context: { a: 1 } },
    POST: { text: 'hi' },
  }
  for (const [method, path] of paths.filter((one) => one[1].includes(id)))
    expect((await other.call(method, path, bodies[method])).body, path).toMatchObject({
      code: 'CONVERSATION_NOT_FOUND',
    })
  expect((await other.call('GET', '/session/+15550000001')).status).toBe(404)
  expect((await other.call('GET', '/api/conversations')).body.conversations).toEqual([])
})

test('lists by state, person and line, page by page', async () => {
  const { accountId, call, says } = await account()
  const phones = Array.from({ length: 7 }, (_, n) => `+1777000000${n}`)
  const made: Record<string, string> = {}
  for (const phone of phones) {
    made[phone] = (await says(phone)).id
    w.clock.now += 1_000
  }
  const [p0 = '', p1 = '', p2 = ''] = phones
  await call('POST', `/api/conversations/${made[p0]}/complete`)
  await call('POST', `/api/conversations/${made[p1]}/expire`)
  const list = async (query: string) => {
    const found: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof call>> = await call(
        'GET',
        `/api/conversations?${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      )
      expect(page.status).toBe(200)
      found.push(...page.body.conversations.map((one) => `${one.phoneNumber?.slice(-1)} ${one.status}`))
      cursor = page.body.nextCursor
    } while (cursor)
    return found
  }
  const active = ['6', '5', '4', '3', '2'].map((n) => `${n} active`)
  for (const limit of [1, 2, 3, 100])
    expect(await list(`limit=${limit}`)).toEqual([...active, '1 expired', '0 completed'])
  expect(await list('status=active&limit=2')).toEqual(active)
  expect(await list('status=completed')).toEqual(['0 completed'])
  expect(await list('status=expired')).toEqual(['1 expired'])
  expect(await list(`phoneNumber=${encodeURIComponent(p2)}`)).toEqual(['2 active'])
  expect(await list(`phoneNumber=${encodeURIComponent(p2)}&status=completed`)).toEqual([])
  expect(await list('channel=session&limit=2')).toEqual([])
  expect(await list('channel=twilio&status=completed')).toEqual(['0 completed'])
  expect((await call('GET', '/api/conversations/active/count')).body).toEqual({ success: true, total: 5 })

  w.clock.now += DAY - 6_500
  expect((await call('GET', '/api/conversations/active/count')).body.total).toBe(5)
  w.clock.now += 3_000
  expect((await call('GET', '/api/conversations/active/count')).body.total).toBe(3)
  expect(await list('status=expired&limit=1')).toEqual(['3 expired', '2 expired', '1 expired'])
  expect((await call('POST', '/api/conversations/cleanup')).body).toEqual({ success: true, cleaned: 2 })
  expect((await call('POST', '/api/conversations/cleanup')).body.cleaned).toBe(0)
  expect((await list('status=expired&limit=1')).toSorted()).toEqual(['1 expired', '2 expired', '3 expired'])
  const events = (await call('GET', '/api/conversations/events?limit=1000')).body.events
  const expired = events.filter(({ type }) => type === 'conversation.expired')
  expect(expired).toHaveLength(3)
  expect(expired.at(-1)).toMatchObject({
    sessionId: `twilio:${accountId}`,
    payload: { conversation: { status: 'expired' } },
  })
  expect((await call('GET', '/api/conversations?cursor=nonsense')).status).toBe(400)
  expect((await call('GET', '/api/conversations?status=open')).status).toBe(400)
})

test('begins a conversation on purpose, or answers the one that goes on', async () => {
  const { call } = await account()
  const wanted = {
    phoneNumber: '+4915100000003',
    channel: { type: 'twilio', number: '+14155238886' },
    name: 'Carol',
    initialMessage: 'Hi, I want to place an order',
    context: { customer_type: 'new' },
  }
  const first = await call('POST', '/api/conversations', wanted)
  expect(first).toMatchObject({
    status: 201,
    body: {
      conversation: { status: 'active', name: 'Carol', messageCount: 1, context: { customer_type: 'new' } },
    },
  })
  const { initialMessage: _, ...again } = wanted
  const second = await call('POST', '/api/conversations', again)
  expect(second).toMatchObject({
    status: 200,
    body: { conversation: { id: first.body.conversation.id, messageCount: 1 } },
  })
  const empty = await call('POST', '/api/conversations', { ...again, phoneNumber: '+4915100000004' })
  expect(empty).toMatchObject({ status: 201, body: { conversation: { messageCount: 0 } } })
  expect((await call('POST', '/api/conversations', { ...again, phoneNumber: 'nobody' })).status).toBe(400)
  const session = { type: 'session', sessionId: '0'.repeat(32) }
  expect((await call('POST', '/api/conversations', { ...again, channel: session })).body.code).toBe(
    'SESSION_NOT_FOUND',
  )
})

test('context and metadata are merged, order details replaced, and nothing is prolonged', async () => {
  const { call, says } = await account()
  const { id, endsAt } = await says('+15550000001')
  const patch = (body: Record<string, unknown>) => call('PATCH', `/api/conversations/${id}`, body)
  w.clock.now += HOUR
  await patch({ context: { a: 1, b: { c: 2 } }, metadata: { source: 'ad' } })
  const changed = await patch({
    context: { a: null, d: [4] },
    orderDetails: {
      customer_name: 'John Doe',
      items: [{ name: 'Product A', quantity: 5 }],
      total_amount: 129.95,
      erp: 7,
    },
  })
  expect(changed.body.conversation).toMatchObject({
    context: { b: { c: 2 }, d: [4] },
    metadata: { source: 'ad' },
    orderDetails: {
      customer_name: 'John Doe',
      items: [{ name: 'Product A', quantity: 5 }],
      total_amount: 129.95,
      erp: 7,
    },
    expiresAt: endsAt,
  })
  expect((await patch({ orderDetails: null })).body.conversation.orderDetails).toBeNull()
  await Promise.all(Array.from({ length: 10 }, (_, n) => patch({ context: { [`key${n}`]: n } })))
  const { context } = (await call('GET', `/api/conversations/${id}`)).body.conversation
  expect(Object.keys(context)).toHaveLength(12)
  const { events } = (await call('GET', '/api/conversations/events?limit=1000')).body
  expect(events.filter(({ type }) => type === 'conversation.order')).toHaveLength(1)
  expect(events[1]).toMatchObject({
    type: 'conversation.updated',
    payload: { changed: ['context', 'metadata'], messages: [] },
  })
  for (const body of [
    { context: { big: 'x'.repeat(70_000) } },
    { orderDetails: { items: [{ name: '', quantity: 1 }] } },
    { status: 'x' },
  ])
    expect((await patch(body)).body).toMatchObject({ code: 'VALIDATION_ERROR' })
})

test('an ended conversation stays ended', async () => {
  const { call, says } = await account()
  const { id } = await says('+15550000001')
  const end = (how: string) => call('POST', `/api/conversations/${id}/${how}`)
  w.clock.now += 90_000
  expect((await end('complete')).body.conversation).toMatchObject({
    status: 'completed',
    endedAt: iso(w.clock.now),
    expiresAt: null,
    durationMs: 90_000,
  })
  expect((await end('expire')).body).toMatchObject({
    code: 'CONVERSATION_CLOSED',
    status: 409,
    details: { currentStatus: 'completed' },
  })
  const { id: second } = await says('+15550000001')
  w.clock.now += DAY
  expect((await call('GET', `/api/conversations/${second}`)).body.conversation).toMatchObject({
    status: 'expired',
    durationMs: 0,
  })
  expect((await call('POST', `/session/${second}/complete`)).body).toMatchObject({
    code: 'CONVERSATION_CLOSED',
  })
  expect((await call('POST', `/api/conversations/${second}/messages`, { text: 'x' })).body).toMatchObject({
    code: 'CONVERSATION_CLOSED',
  })
})

test('a reply leaves by Twilio, once, and its fate is shown', async () => {
  const { accountId, call, says } = await account()
  const { id } = await says('+15550000001')
  w.clock.now += 30_000
  const reply = (text: string, headers = {}) =>
    call('POST', `/api/conversations/${id}/messages`, { text }, headers)
  const first = await reply('It is on its way.', { 'Idempotency-Key': 'k1' })
  expect(first).toMatchObject({
    status: 202,
    body: {
      message: { content: 'It is on its way.', direction: 'outbound', author: 'agent', status: 'queued' },
    },
  })
  expect(twilio.requests.at(-1)?.form).toEqual({
    To: 'whatsapp:+15550000001',
    From: 'whatsapp:+14155238886',
    Body: 'It is on its way.',
  })
  const count = twilio.requests.length
  expect((await reply('It is on its way.', { 'Idempotency-Key': 'k1' })).body.message.id).toBe(
    first.body.message.id,
  )
  expect((await reply('Other', { 'Idempotency-Key': 'k1' })).body).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  expect(twilio.requests).toHaveLength(count)

  twilio.mood.refusal = { status: 400, code: 63016, message: 'Outside the allowed window.' }
  expect(await reply('Still there?')).toMatchObject({
    status: 502,
    body: { code: 'REPLY_REFUSED', details: { twilioCode: 63016 } },
  })
  twilio.mood.refusal = undefined
  const { messages } = (await call('GET', `/api/conversations/${id}/messages`)).body
  expect(messages).toMatchObject([
    { content: 'Still there?', status: 'failed', error: expect.stringContaining('63016') },
    { content: 'It is on its way.', status: 'queued', error: null },
    { content: 'Hello', direction: 'inbound', status: null },
  ])
  const summary = (await call('GET', `/api/conversations/${id}/summary`)).body.summary
  expect(summary).toMatchObject({
    messages: { total: 3, inbound: 1, outbound: 2, system: 0 },
    agentReplies: { count: 1, firstMs: 30_000, averageMs: 30_000 },
    waitingSince: null,
  })
  expect(accountId).toBeTruthy()
})

test('without credentials for Twilio a reply says so by name', async () => {
  const { call, says } = await account(poor)
  const { id } = await says('+15550000001')
  expect(await call('POST', `/api/conversations/${id}/messages`, { text: 'hi' })).toMatchObject({
    status: 501,
    body: { code: 'NOT_SUPPORTED', error: expect.stringContaining('TWILIO_ACCOUNT_SID') },
  })
  expect((await call('GET', `/api/conversations/${id}`)).body.conversation.messageCount).toBe(1)
})

test('a reply on a linked session is a message of its ledger, and once in the conversation', async () => {
  const session = await w.connected()
  const line = { id: session.id, accountId: 'acme' }
  const feeding = { later: undefined, outbound: undefined }
  await feed(w.deps, [received(line, w.clock.now, { text: 'Where is it?' })], feeding)
  const conversation = (await w.request('GET', `/api/conversations?sessionId=${session.id}`)).body
  const id = asBody(conversation).conversations[0]?.id
  await w.commands()
  w.clock.now += 5_000
  const path = `/api/conversations/${id}/messages`
  const post = async () => {
    const headers = { 'Idempotency-Key': 'k' }
    const { status, body } = await w.request('POST', path, { text: 'On its way.' }, { headers })
    return { status, body: asBody(body) }
  }
  const answer = await post()
  expect(answer).toMatchObject({
    status: 202,
    body: { message: { content: 'On its way.', status: 'accepted' } },
  })
  const { id: messageId } = answer.body.message
  expect((await post()).body.message.id).toBe(messageId)
  const commands = (await w.commands()).filter(({ command }) => command.type === 'message.send')
  expect(new Set(commands.map(({ command }) => 'messageId' in command && command.messageId))).toEqual(
    new Set([messageId]),
  )
  expect((await w.request('GET', `/api/messages/${messageId}`)).body.message).toMatchObject({
    sessionId: session.id,
    to: '+4915100000003',
    text: 'On its way.',
  })
  await feed(w.deps, [sent(line, w.clock.now, { id: messageId, text: 'On its way.' })], feeding)
  const { messages } = asBody((await w.request('GET', path)).body)
  expect(messages.map((one) => [one.content, one.author])).toEqual([
    ['On its way.', 'agent'],
    ['Where is it?', 'customer'],
  ])
})

test('a reply on a session that is not connected is refused, and is not in the conversation', async () => {
  const session: Session = await w.session('acme')
  const line = { id: session.id, accountId: 'acme' }
  await feed(w.deps, [received(line, w.clock.now)], { later: undefined, outbound: undefined })
  const list = asBody((await w.request('GET', `/api/conversations?sessionId=${session.id}`)).body)
  const path = `/api/conversations/${list.conversations[0]?.id}/messages`
  expect((await w.request('POST', path, { text: 'hi' })).body).toMatchObject({
    code: 'SESSION_NOT_CONNECTED',
  })
  expect(asBody((await w.request('GET', path)).body).messages).toHaveLength(1)
})

test('analytics count what happened, exactly, by day and hour', async () => {
  const { call, says } = await account()
  w.clock.now = Date.UTC(2026, 2, 1, 9)
  const details = { items: [{ name: 'tea', quantity: 1 }] }
  const one = await says('+15550000001', 'tea', details)
  w.clock.now += 60_000
  await call('POST', `/api/conversations/${one.id}/messages`, { text: 'noted' })
  w.clock.now += 60_000
  await says('+15550000001', 'thanks')
  w.clock.now += 180_000
  await call('POST', `/api/conversations/${one.id}/messages`, { text: 'bye' })
  await call('POST', `/api/conversations/${one.id}/complete`)
  w.clock.now = Date.UTC(2026, 2, 1, 23, 30)
  await says('+15550000002')
  w.clock.now = Date.UTC(2026, 2, 3, 1)
  await says('+15550000003', 'tea', details)
  const { analytics } = (await call('GET', '/api/conversations/analytics?from=2026-03-01&to=2026-03-03')).body
  expect(analytics).toMatchObject({
    from: '2026-03-01',
    to: '2026-03-03',
    conversations: { started: 3, completed: 1, expired: 1 },
    durations: { count: 2, averageMs: 150_000 },
    messages: { total: 6, inbound: 4, outbound: 2, system: 0 },
    replies: { count: 2, averageMs: 120_000, first: { count: 1, averageMs: 60_000 } },
    agentReplies: { count: 2, averageMs: 120_000, first: { count: 1, averageMs: 60_000 } },
    orders: { started: 2, completed: 1, completionRate: 0.5, extractionFailures: 0 },
    byDay: [
      {
        date: '2026-03-01',
        started: 2,
        completed: 1,
        expired: 0,
        inbound: 3,
        outbound: 2,
        orders: 1,
        ordersCompleted: 1,
      },
      { date: '2026-03-02', started: 0, expired: 1, inbound: 0 },
      { date: '2026-03-03', started: 1, expired: 0, inbound: 1, orders: 1 },
    ],
  })
  const hours = analytics.byHour.filter(({ inbound, started }) => inbound + started > 0)
  expect(hours).toEqual([
    { hour: 1, started: 1, inbound: 1, outbound: 0 },
    { hour: 9, started: 1, inbound: 2, outbound: 2 },
    { hour: 23, started: 1, inbound: 1, outbound: 0 },
  ])
  expect(analytics.byHour).toHaveLength(24)
  const later = (await call('GET', '/api/conversations/analytics?from=2026-03-02&to=2026-03-02')).body
    .analytics
  expect(later).toMatchObject({ conversations: { started: 0, expired: 1 }, orders: { completionRate: null } })
  expect((await call('GET', '/api/conversations/analytics')).body.analytics).toMatchObject({
    to: '2026-03-03',
    messages: { total: 6 },
  })
  for (const query of ['from=2026-03-02&to=2026-03-01', 'from=2020-01-01&to=2026-01-01', 'from=x'])
    expect((await call('GET', `/api/conversations/analytics?${query}`)).status).toBe(400)
})

test('settings have defaults and are checked', async () => {
  const { call } = await account()
  const defaults = {
    orders: { twilio: true, sessions: false },
    replies: { twilio: true, sessions: false },
    templates: { order: '✅ Order received: {items}', other: null, later: null },
  }
  expect((await call('GET', '/api/conversations/settings')).body.settings).toEqual(defaults)
  const put = (body: Record<string, unknown>) => call('PUT', '/api/conversations/settings', body)
  expect((await put({ templates: { other: 'Hello {customer}' } })).body.settings).toEqual({
    ...defaults,
    templates: { ...defaults.templates, other: 'Hello {customer}' },
  })
  expect((await call('GET', '/api/conversations/settings')).body.settings.templates.other).toBe(
    'Hello {customer}',
  )
  expect((await put({ templates: { order: '{itmes}' } })).body).toMatchObject({ code: 'VALIDATION_ERROR' })
})

test('a long history comes in pages, the newest first', async () => {
  const { call, says } = await account()
  let id = ''
  for (let n = 0; n < 12; n++) {
    id = (await says('+15550000001', `${n}`)).id
    w.clock.now++
  }
  const found: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof call>> = await call(
      'GET',
      `/api/conversations/${id}/messages?limit=5${cursor ? `&cursor=${cursor}` : ''}`,
    )
    found.push(...page.body.messages.map(({ content }) => content))
    cursor = page.body.nextCursor
  } while (cursor)
  expect(found).toEqual(Array.from({ length: 12 }, (_, n) => `${11 - n}`))
})
