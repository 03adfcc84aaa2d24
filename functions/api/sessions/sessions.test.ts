import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import { Settings } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { received, sent } from '../../../test/support/events.ts'

let w: World

beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

const create = async (body: Record<string, unknown> = { name: 'Customer Support' }, token?: string) =>
  (await w.request('POST', '/api/sessions', body, token ? { token } : {})).body.session
const call = (id: string, action: string) => w.request('POST', `/api/sessions/${id}/${action}`)
const status = async (id: string) => (await w.request('GET', `/api/sessions/${id}/status`)).body

test('creates a session, as seed 001 shows it', async () => {
  const answer = await w.request('POST', '/api/sessions', {
    name: 'Customer Support',
    description: 'Main line',
  })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: 'Session created successfully',
    session: {
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: 'Customer Support',
      description: 'Main line',
      status: 'inactive',
      phoneNumber: null,
      createdAt: iso(w.clock.now),
      updatedAt: iso(w.clock.now),
    },
  })
})

test('settings have defaults, keep what is given, and refuse what is not known', async () => {
  const { id } = await create({
    name: 'x',
    settings: { autoReconnect: false, webhookUrl: 'https://example.com/h' },
  })
  expect((await w.request('GET', `/api/sessions/${id}`)).body.session.settings).toEqual({
    ...Settings.parse({}),
    autoReconnect: false,
    webhookUrl: 'https://example.com/h',
  })
  const refused = await w.request('POST', '/api/sessions', {
    name: 'x',
    settings: { nobodyKnows: ['192.168.1.1'], autoReconnect: 'yes', webhookUrl: 'ftp://x' },
  })
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({ success: false, code: 'VALIDATION_ERROR', status: 400 })
  expect(refused.body.details.issues).toEqual([
    { in: 'body', path: 'settings.autoReconnect', message: expect.stringContaining('true or false') },
    { in: 'body', path: 'settings.webhookUrl', message: 'must be an http or https URL' },
    { in: 'body', path: 'settings', message: '"nobodyKnows" is not known here' },
  ])
})

test('the password of a proxy goes in and never comes out', async () => {
  const proxy = { server: 'proxy.example.com:3128', username: 'user', password: 'hunter2' }
  const { id } = await create({ name: 'x', settings: { proxy } })
  const shown = { server: proxy.server, username: 'user', hasPassword: true }
  expect((await w.request('GET', `/api/sessions/${id}`)).body.session.settings.proxy).toEqual(shown)
  const path = `/api/sessions/${id}/settings`
  const changed = await w.request('PUT', path, { settings: { proxy: { ...proxy, password: 'other' } } })
  expect(changed.body.session.settings.proxy).toEqual(shown)
  const stored = JSON.stringify(await Sessions.find(w.store, id))
  expect(changed.text + stored).not.toMatch(/hunter2|other/)
  expect(stored).toContain('sealed')
  const wrong = { proxy: { server: 'http://user:hunter2@proxy.example.com' } }
  const refused = await w.request('PUT', path, { settings: wrong })
  expect(refused.status).toBe(400)
  expect(refused.text).not.toContain('hunter2')
  expect(
    (await w.request('PUT', path, { settings: { proxy: null } })).body.session.settings.proxy,
  ).toBeUndefined()
})

test('changes name, description and settings, one by one', async () => {
  const { id } = await create({ name: 'before', description: 'text' })
  const changed = await w.request('PUT', `/api/sessions/${id}/settings`, {
    name: 'after',
    description: null,
    settings: { reconnectInterval: 30_000, maxReconnectAttempts: 10 },
  })
  expect(changed.body).toMatchObject({
    success: true,
    session: {
      name: 'after',
      description: null,
      settings: { autoReconnect: true, reconnectInterval: 30_000, maxReconnectAttempts: 10 },
    },
  })
  const back = await w.request('PUT', `/api/sessions/${id}/settings`, {
    settings: { reconnectInterval: null },
  })
  expect(back.body.session).toMatchObject({ name: 'after', settings: { reconnectInterval: 5_000 } })
})

test('what its owner has noted about a session is told wherever sessions are', async () => {
  const metadata = { 'user.id': '123', 'user.email': 'user@example.com' }
  const { id } = await create({ name: 'noted', settings: { metadata } })
  expect((await w.request('GET', `/api/sessions/${id}`)).body.session.metadata).toEqual(metadata)
  const { sessions } = (await w.request('GET', '/api/sessions?limit=100')).body
  expect(sessions.find((session) => session.id === id)?.metadata).toEqual(metadata)
})

test('a session that has connected was active, also before there are messages', async () => {
  const { id } = await w.connected()
  expect((await w.request('GET', `/api/sessions/${id}/status`)).body).toMatchObject({
    lastActivity: iso(w.clock.now),
  })
})

test('a setting with parts is replaced as a whole, and what does not count yet is said', async () => {
  const { id } = await w.connected()
  const path = `/api/sessions/${id}/settings`
  await w.commands()
  const settings = { ignore: { groups: true }, metadata: { customer: '42' }, deviceName: 'Shop' }
  const { body } = await w.request('PUT', path, { settings })
  expect(body.session.settings).toMatchObject({
    ignore: { groups: true, status: false },
    metadata: { customer: '42' },
  })
  expect(body.pending).toEqual([{ setting: 'deviceName', needs: 'link' }])
  expect(await w.commands()).toMatchObject([{ sessionId: id, command: { type: 'session.intent' } }])
  const back = await w.request('PUT', path, { settings: { ignore: { status: true }, metadata: null } })
  expect(back.body).toMatchObject({ pending: [], session: { settings: { ignore: { groups: false } } } })
  expect(back.body.session.settings.metadata).toBeUndefined()
  const wrong = { ignore: { everybody: true }, autoRejectCalls: { reply: '' }, readReceipts: 'sometimes' }
  expect((await w.request('PUT', path, { settings: wrong })).body.details.issues).toHaveLength(3)
})

test('goes through the life of a session', async () => {
  const { id } = await create()
  expect(await status(id)).toMatchObject({ success: true, status: 'inactive', qrAvailable: false })

  expect((await call(id, 'start')).body).toEqual({
    success: true,
    message: 'Session started successfully',
    status: 'connecting',
  })
  const qr = { text: 'ref,key', expiresAt: iso(w.clock.now + 20_000) }
  await w.record(id, { doneIntent: 1, state: { status: 'qr_generated', qr } })
  expect(await status(id)).toMatchObject({ status: 'qr_generated', qrAvailable: true, phoneNumber: null })

  const connectedAt = iso(w.clock.now)
  await w.record(id, {
    state: {
      status: 'connected',
      linked: true,
      phoneNumber: '+491511',
      lastActivity: connectedAt,
      connectedAt,
    },
  })
  expect(await status(id)).toMatchObject({
    status: 'connected',
    phoneNumber: '+491511',
    lastActivity: connectedAt,
  })
  expect((await call(id, 'start')).body).toMatchObject({ success: true, status: 'connected' })

  expect((await call(id, 'restart')).body).toMatchObject({ status: 'connecting' })
  expect((await call(id, 'clear-auth')).body).toMatchObject({ status: 'connecting' })
  expect((await call(id, 'stop')).body).toMatchObject({
    message: 'Session stopped successfully',
    status: 'inactive',
  })
  expect((await call(id, 'logout')).body).toMatchObject({ success: true, status: 'inactive' })

  const nudges = (await w.commands()).filter(({ sessionId }) => sessionId === id)
  expect(nudges.map(({ command }) => command.type)).toEqual(Array(5).fill('session.intent'))
})

test('two starts at the same time are one', async () => {
  const { id } = await create()
  const starts = await Promise.all([call(id, 'start'), call(id, 'start'), call(id, 'start')])
  expect(starts.map((one) => one.body.status)).toEqual(['connecting', 'connecting', 'connecting'])
  const nudges = (await w.commands()).filter(({ sessionId }) => sessionId === id)
  expect(nudges).toHaveLength(1)
})

test('a session that ended says why and what to do', async () => {
  const { id } = await create()
  await call(id, 'start')
  await w.record(id, {
    doneIntent: 1,
    wanted: false,
    state: {
      status: 'disconnected',
      reason: 'logged_out',
      action: 'Start the session and scan the QR code again',
    },
  })
  expect(await status(id)).toMatchObject({
    status: 'disconnected',
    reason: 'logged_out',
    action: 'Start the session and scan the QR code again',
  })
})

test('shows everything about one session', async () => {
  const { id } = await w.connected()
  const line = { id, accountId: 'acme' }
  await append(w.store, w.retention, [
    received(line, w.clock.now),
    sent(line, w.clock.now),
    {
      id: w.newEventId(),
      sessionId: id,
      accountId: 'acme',
      timestamp: iso(w.clock.now),
      type: 'session.status',
      payload: { status: 'connected' },
    },
  ])
  const { body } = await w.request('GET', `/api/sessions/${id}`)
  expect(body.session).toMatchObject({
    id,
    name: 'line',
    status: 'connected',
    phoneNumber: '+4915100000001',
    lastActivity: iso(w.clock.now),
    connectionInfo: { connectedAt: iso(w.clock.now) },
    messageStats: { sent: 1, received: 1, failed: 0 },
    settings: { autoReconnect: true, messageHistory: true },
    statusHistory: [{ status: 'connected', at: iso(w.clock.now) }],
  })
  expect(JSON.stringify(body)).not.toContain('epoch')
})

test('lists by offset, by cursor and by status, the oldest first', async () => {
  await w.account('lister')
  const token = 'token-lister'
  const list = async (query: string) =>
    (await w.request('GET', `/api/sessions${query}`, undefined, { token })).body
  expect(await list('')).toEqual({ success: true, sessions: [], total: 0, offset: 0, nextCursor: null })

  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    ids.push((await create({ name: `s${n}` }, token)).id)
    w.clock.now += 1
  }
  await w.request('POST', `/api/sessions/${ids[3]}/start`, undefined, { token })

  const all = await list('')
  expect(all.sessions.map(({ id }) => id)).toEqual(ids)
  expect(all).toMatchObject({ total: 5, offset: 0, nextCursor: null })
  expect(all.sessions[0]).toMatchObject({ messageStats: { sent: 0, received: 0 }, lastActivity: null })

  const byOffset = await list('?limit=2&offset=3')
  expect(byOffset.sessions.map(({ id }) => id)).toEqual(ids.slice(3))
  expect(byOffset).toMatchObject({ total: 5, offset: 3, nextCursor: null })

  const first = await list('?limit=2')
  await w.request('DELETE', `/api/sessions/${ids[0]}`, undefined, { token })
  const second = await list(`?limit=2&cursor=${first.nextCursor}`)
  expect(second.sessions.map(({ id }) => id)).toEqual(ids.slice(2, 4))
  expect(second.total).toBe(4)

  const connecting = await list('?status=connecting')
  expect(connecting.sessions.map(({ id }) => id)).toEqual([ids[3]])
  expect(connecting.total).toBe(1)

  for (const query of ['?limit=0', '?limit=x', '?offset=-1', '?status=up', '?cursor=%7B%7D'])
    expect((await w.request('GET', `/api/sessions${query}`, undefined, { token })).status).toBe(400)
})

test('a plan has its limit, and a deleted session frees its place', async () => {
  await w.account('small', 'free')
  const token = 'token-small'
  const post = () => w.request('POST', '/api/sessions', { name: 'x' }, { token })
  const made = await Promise.all([post(), post(), post(), post(), post()])
  expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 201, 403, 403])
  expect(made.find((one) => one.status === 403)?.body).toMatchObject({
    code: 'SESSION_LIMIT_REACHED',
    status: 403,
    details: { limit: 3, plan: 'free' },
  })
  const { id } = made.find((one) => one.status === 201)?.body.session ?? {}
  await w.request('DELETE', `/api/sessions/${id}`, undefined, { token })
  expect((await post()).status).toBe(201)
})

test('a deleted session is gone at once, and its connector is told', async () => {
  const { id } = await w.connected()
  await w.commands()
  expect((await w.request('DELETE', `/api/sessions/${id}`)).body).toEqual({
    success: true,
    message: 'Session deleted successfully',
  })
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/status'],
    ['POST', '/start'],
    ['DELETE', ''],
  ] as const)
    expect((await w.request(method, `/api/sessions/${id}${path}`)).body).toMatchObject({
      code: 'SESSION_NOT_FOUND',
    })
  expect(await w.commands()).toMatchObject([{ sessionId: id, command: { type: 'session.intent' } }])
})

test('a session that no living connector holds does not claim to be connected', async () => {
  const { id } = await w.connected()
  await w.connectorAlive(w.clock.now - 1)
  w.clock.now += 2_000
  expect(await status(id)).toMatchObject({
    status: 'disconnected',
    reason: 'no_connector',
    action: expect.any(String),
  })
  await w.connectorAlive()
  w.clock.now += 2_000
  expect(await status(id)).toMatchObject({ status: 'connected' })
})

test('a pairing code is to be had only while a QR code is shown', async () => {
  const { id } = await create()
  const path = `/api/sessions/${id}/pairing-code`
  expect(await w.request('POST', path, { phoneNumber: '+4915100000001' })).toMatchObject({
    status: 400,
    body: {
      code: 'SESSION_NOT_CONNECTED',
      details: { currentStatus: 'inactive', action: expect.any(String) },
    },
  })
})
