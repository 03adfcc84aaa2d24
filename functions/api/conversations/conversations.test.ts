import { afterAll, beforeAll, expect, test } from 'vitest'
import { iso } from '#core/platform/clock.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { tenant } from '../../../test/support/twilio-api.ts'
import { HOUR } from '../../../test/support/twilio-world.ts'

const DAY = 24 * HOUR

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test('everything demands a token, and shows nothing of other accounts', async () => {
  const { says } = await tenant(w)
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
  const other = await tenant(w)
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
  const { accountId, call, says } = await tenant(w)
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
  const { call } = await tenant(w)
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
  const { call, says } = await tenant(w)
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

test.each([
  { type: 'twilio', number: '4'.repeat(70_000) },
  { type: 'session', sessionId: 'a'.repeat(70_000) },
])('a line that nobody can have is refused by name', async (channel) => {
  const { status, body } = await w.request('POST', '/api/conversations', {
    phoneNumber: '+4915100000001',
    channel,
  })
  expect([status, body.details.issues[0]]).toMatchObject([
    400,
    { path: 'channel', message: 'must name a session, or a number' },
  ])
})

test('what no database can hold is refused by name, before anything begins', async () => {
  const { call, says } = await tenant(w)
  const { id } = await says('+15550000001')
  const change = (context: unknown) => call('PATCH', `/api/conversations/${id}`, { context })
  const begin = (phoneNumber: string, context: unknown) =>
    call('POST', '/api/conversations', {
      phoneNumber,
      channel: { type: 'twilio', number: '+14155238886' },
      initialMessage: 'Hi',
      context,
    })
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)
  for (const context of [{ n: 1e200 }, deep, { text: '\ud800' }, { big: 'x'.repeat(70_000) }]) {
    expect((await change(context)).body).toMatchObject({ code: 'VALIDATION_ERROR', status: 400 })
    expect((await begin('+4915100000009', context)).body).toMatchObject({ code: 'VALIDATION_ERROR' })
  }
  expect((await call('GET', '/session/+4915100000009')).status).toBe(404)
  const named = { constructor: 'x', n: 123_456_789_012_345_680_000, a: { constructor: { name: 'Set' } } }
  expect((await change(named)).body.conversation.context).toEqual(named)
})

test('an ended conversation stays ended', async () => {
  const { call, says } = await tenant(w)
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

test('a long history comes in pages, the newest first', async () => {
  const { call, says } = await tenant(w)
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
