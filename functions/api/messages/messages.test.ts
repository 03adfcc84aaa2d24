import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import { messageIdOf } from '#core/platform/id.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { CAROL, messageStatus, received, sent } from '../../../test/support/events.ts'

let w: World
let session: Session
const to = '+49 151 0000 0003'

beforeAll(async () => {
  w = await apiWorld()
  session = await w.connected()
})
afterAll(() => w.close())

const post = (
  body: Record<string, unknown>,
  options: { query?: string; key?: string; token?: string } = {},
) =>
  w.request(
    'POST',
    `/api/messages${options.query ?? ''}`,
    { sessionId: session.id, to, text: 'hello', ...body },
    {
      headers: options.key === undefined ? {} : { 'Idempotency-Key': options.key },
      ...(options.token ? { token: options.token } : {}),
    },
  )
const later = () => {
  w.clock.now += 2_000
  return w.clock.now
}
const line = () => ({ id: session.id, accountId: 'acme' })
const tell = (...events: Parameters<typeof append>[2]) => append(w.store, w.retention, events)

test('accepts a message, and its command is in the queue', async () => {
  await w.commands()
  const { status, body } = await post({})
  expect(status).toBe(202)
  expect(body).toEqual({
    success: true,
    message: {
      id: expect.stringMatching(/^3EB0[0-9A-F]{18}$/),
      sessionId: session.id,
      chatId: CAROL,
      fromMe: true,
      from: '+4915100000001',
      to: '+4915100000003',
      sender: { phoneNumber: '+4915100000001' },
      type: 'text',
      text: 'hello',
      timestamp: iso(w.clock.now),
      status: 'accepted',
      createdAt: iso(w.clock.now),
      history: [{ status: 'accepted', at: iso(w.clock.now) }],
    },
  })
  expect(await w.commands()).toMatchObject([
    {
      sessionId: session.id,
      accountId: 'acme',
      command: { type: 'message.send', messageId: body.message.id, to: CAROL, text: 'hello', again: false },
    },
  ])
  expect((await w.request('GET', `/api/messages/${body.message.id}`)).body).toEqual(body)
})

test('an idempotency key makes repetitions the same message, one command included', async () => {
  await w.commands()
  const answers = await Promise.all([1, 2, 3].map(() => post({ text: 'once' }, { key: 'order 17' })))
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(new Set(answers.map(({ body }) => body.message.id))).toEqual(
    new Set([messageIdOf(session.id, 'order 17')]),
  )
  expect(await w.commands()).toHaveLength(1)
  expect((await post({ text: 'another' }, { key: 'order 17' })).body).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
    status: 409,
  })
  expect((await post({}, { key: 'x'.repeat(256) })).body.code).toBe('VALIDATION_ERROR')
})

test('what was to be sent later is the same message also when its time is over; a new one has to be in time', async () => {
  const sendAt = new Date(w.clock.now + 60_000).toISOString()
  const before = [
    await post({ text: 'later', sendAt }, { key: 'later 1' }),
    await post({ text: undefined, location: { latitude: 1, longitude: 2 }, sendAt }, { key: 'later 2' }),
  ]
  expect(before.map(({ status }) => status)).toEqual([202, 202])
  w.clock.now += 120_000
  const again = [
    await post({ text: 'later', sendAt }, { key: 'later 1' }),
    await post({ text: undefined, location: { latitude: 1, longitude: 2 }, sendAt }, { key: 'later 2' }),
  ]
  expect(again.map(({ body }) => body.message.id)).toEqual(before.map(({ body }) => body.message.id))
  expect((await post({ text: 'too late', sendAt }, { key: 'later 3' })).body).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { issues: [{ path: 'sendAt' }] },
  })
})

test('the longest text goes through the queue whole; one character more is refused', async () => {
  await w.commands()
  const text = `${'☃"\n'.repeat(21_845)}☃`
  expect(text).toHaveLength(65_536)
  const posts = await Promise.all([post({ text }), post({ text })])
  expect(posts.map(({ status }) => status)).toEqual([202, 202])
  expect((await w.commands()).map(({ command }) => command.type === 'message.send' && command.text)).toEqual([
    text,
    text,
  ])
  expect((await post({ text: `${text}x` })).body).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { issues: [{ path: 'text', message: 'must not be longer than 65536 characters' }] },
  })
})

test.each([
  ['nothing', { text: '' }, 'text'],
  ['blanks', { text: ' \n ' }, 'text'],
  ['control characters', { text: 'a\u0000b' }, 'text'],
  ['half a character', { text: 'a\ud83d' }, 'text'],
  ['a number', { text: 17 }, 'text'],
  ['a list of recipients', { to: [to] }, 'to'],
  ['what nobody knows', { hologram: { url: 'https://example.com/x.png' } }, ''],
  ['a file from nowhere', { text: undefined, image: {} }, 'image'],
  [
    'a file from two places',
    { text: undefined, image: { url: 'https://example.com', base64: 'AAAA' } },
    'image',
  ],
])('%s is refused', async (_, body, path) => {
  const answer = await post(body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
  expect(answer.body.details.issues).toMatchObject([{ in: 'body', path }])
})

test.each(['015112345', 'Carol', '+49', '4915123456789@example.com', 'status@broadcast'])(
  'nobody can be reached at %s',
  async (nobody) => {
    expect(await post({ to: nobody })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_RECIPIENT', details: { action: expect.any(String) } },
    })
  },
)

test.each(['4915100000003', '4915100000003@s.whatsapp.net', '+49 (151) 0000-0003'])(
  '%s is Carol',
  async (carol) => {
    expect((await post({ to: carol })).body.message).toMatchObject({ chatId: CAROL, to: '+4915100000003' })
  },
)

test('a session that is not connected says what to do, and stores nothing', async () => {
  const { id } = (await w.request('POST', '/api/sessions', { name: 'idle' })).body.session
  expect(await post({ sessionId: id }, { key: 'idle' })).toMatchObject({
    status: 400,
    body: {
      success: false,
      code: 'SESSION_NOT_CONNECTED',
      status: 400,
      details: { currentStatus: 'inactive', action: 'Please start the session' },
    },
  })
  expect((await w.request('GET', `/api/messages/${messageIdOf(id, 'idle')}`)).status).toBe(404)
})

test('while a linked session is on its way back, a message waits', async () => {
  const other = await w.connected()
  await w.record(other.id, { state: { status: 'connecting', reason: 'connection_lost' } })
  expect((await post({ sessionId: other.id })).status).toBe(202)
  await w.record(other.id, {
    state: { status: 'disconnected', reason: 'replaced', action: 'Stop the other one' },
  })
  expect((await post({ sessionId: other.id })).body).toMatchObject({
    code: 'SESSION_NOT_CONNECTED',
    details: { currentStatus: 'disconnected', reason: 'replaced', action: 'Stop the other one' },
  })
})

test('waits for the state that is asked for', async () => {
  const key = 'waited'
  const id = messageIdOf(session.id, key)
  const { pause } = w.deps
  w.deps.pause = async (ms) => {
    await pause(ms)
    await tell(sent(line(), w.clock.now, { id }), messageStatus(line(), w.clock.now, id, 'delivered'))
  }
  const { status, body } = await post({}, { query: '?wait=delivered&timeout=5000', key }).finally(() => {
    w.deps.pause = pause
  })
  expect(status).toBe(202)
  expect(body.message.status).toBe('delivered')
  expect(body.message.history.map((one) => one.status)).toEqual([
    'accepted',
    'queued',
    'sent',
    'server',
    'delivered',
  ])
})

test('waits no longer than it may, and not for what has failed', async () => {
  const began = w.clock.now
  expect((await post({}, { query: '?wait=sent&timeout=3000' })).body.message.status).toBe('accepted')
  expect(w.clock.now - began).toBe(3_000)

  const id = messageIdOf(session.id, 'fails')
  await post({}, { key: 'fails' })
  await tell(messageStatus(line(), w.clock.now, id, 'failed', { reason: 'not_on_whatsapp' }))
  const failedAt = w.clock.now
  const { message } = (await post({}, { key: 'fails', query: '?wait=server' })).body
  expect(message).toMatchObject({ status: 'failed', reason: 'not_on_whatsapp' })
  expect(w.clock.now).toBe(failedAt)
  for (const query of ['?wait=forever', '?wait=sent&timeout=25001', '?timeout=x'])
    expect((await post({}, { query })).body.code).toBe('VALIDATION_ERROR')
})

test('chats and their messages, newest first, page by page, under any form of the number', async () => {
  const other = await w.connected()
  const own = { id: other.id, accountId: 'acme' }
  const texts = ['one', 'two', 'three', 'four', 'five']
  for (const text of texts) await tell(received(own, later(), { text }))
  const group = '120363041234567890@g.us'
  await tell(received(own, later(), { chatId: group, text: 'in the group', to: group }))

  const list = (await w.request('GET', `/api/sessions/${other.id}/chats`)).body
  expect(list).toMatchObject({
    success: true,
    nextCursor: null,
    chats: [
      { id: group, isGroup: true, phoneNumber: null, lastMessage: { text: 'in the group' } },
      {
        id: CAROL,
        name: 'Carol',
        phoneNumber: '+4915100000003',
        isGroup: false,
        lastMessage: { text: 'five' },
      },
    ],
  })

  const seen: (string | undefined)[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `/api/sessions/${other.id}/chats/%2B4915100000003/messages?limit=2${cursor && `&cursor=${cursor}`}`
    const { body } = await w.request('GET', path)
    seen.push(...body.messages.map(({ text }) => text))
    cursor = body.nextCursor
  }
  expect(seen).toEqual(texts.toReversed())
  for (const chat of [CAROL, '4915100000003%40s.whatsapp.net', '4915100000003', '4915100000003@c.us']) {
    const { body } = await w.request('GET', `/api/sessions/${other.id}/chats/${chat}/messages?limit=1`)
    expect(body.messages).toMatchObject([{ text: 'five', status: 'received', fromMe: false, chatId: CAROL }])
  }
  expect((await w.request('GET', `/api/sessions/${other.id}/chats/4915100000009/messages`)).body).toEqual({
    success: true,
    messages: [],
    nextCursor: null,
  })
  expect((await w.request('GET', `/api/sessions/${other.id}/chats/nobody/messages`)).body.code).toBe(
    'INVALID_RECIPIENT',
  )
})

test('a cursor opens no other chat and no other session', async () => {
  const [mine, theirs] = [await w.connected(), await w.connected('other')]
  for (let n = 0; n < 3; n++)
    for (const { id, accountId } of [mine, theirs])
      await tell(received({ id, accountId }, later(), { text: accountId }))
  const token = 'token-other'
  const path = (id: string, cursor = '') =>
    `/api/sessions/${id}/chats/${CAROL}/messages?limit=1&cursor=${cursor}`
  const first = await w.request('GET', path(theirs.id).replace('&cursor=', ''), undefined, { token })
  const { status, body } = await w.request('GET', path(mine.id, first.body.nextCursor ?? ''))
  if (status === 200) expect(body.messages.every(({ text }) => text === 'acme')).toBe(true)
  else expect(body.code).toBe('VALIDATION_ERROR')
  for (const nonsense of [
    'x',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])
    expect((await w.request('GET', path(mine.id, nonsense))).body.code).toBe('VALIDATION_ERROR')
})

test('statistics by type and by day', async () => {
  const other = await w.connected()
  const own = { id: other.id, accountId: 'acme' }
  const day = Date.UTC(2026, 0, 1, 10)
  await tell(sent(own, day), sent(own, day + 86_400_000), received(own, day, { type: 'image' }))
  expect((await w.request('GET', `/api/messages/stats/${other.id}`)).body).toEqual({
    success: true,
    stats: {
      total: 3,
      sent: 2,
      received: 1,
      failed: 0,
      byType: { text: 2, image: 1 },
      byDay: { '2026-01-01': { sent: 1, received: 1 }, '2026-01-02': { sent: 1, received: 0 } },
    },
  })
})

test('the event log, oldest first, from where one stopped', async () => {
  const other = await w.connected()
  const own = { id: other.id, accountId: 'acme' }
  for (let n = 0; n < 5; n++) await tell(received(own, later()))
  const read = async (query: string) =>
    (await w.request('GET', `/api/sessions/${other.id}/events${query}`)).body
  const all = await read('')
  expect(all.events.map(({ type }) => type)).toEqual([
    'session.created',
    ...Array(5).fill('message.received'),
  ])
  expect(all.nextCursor).toBeNull()
  expect(all.events[0]).toEqual({
    id: expect.any(String),
    type: 'session.created',
    sessionId: other.id,
    timestamp: expect.any(String),
    payload: { name: 'line' },
  })
  const first = await read('?limit=2')
  expect(first.nextCursor).toBe(first.events[1]?.id)
  const rest = await read(`?after=${first.events[1]?.id}`)
  expect([...first.events, ...rest.events]).toEqual(all.events)
  expect((await read(`?after=${all.events[5]?.id}`)).events).toEqual([])
  expect((await read('?after=%20')).code).toBe('VALIDATION_ERROR')
})

test('two sessions that write to each other share ids; each has its own record', async () => {
  const [alice, bob] = [await w.connected(), await w.connected()]
  const id = '3EB0SHARED'
  await tell(received({ id: bob.id, accountId: 'acme' }, w.clock.now, { id }))
  await tell(sent({ id: alice.id, accountId: 'acme' }, w.clock.now, { id }))
  expect((await w.request('GET', `/api/messages/${id}`)).body.message).toMatchObject({
    sessionId: alice.id,
    fromMe: true,
  })
  expect((await w.request('GET', `/api/messages/${id}?sessionId=${bob.id}`)).body.message).toMatchObject({
    fromMe: false,
    status: 'received',
  })
})
