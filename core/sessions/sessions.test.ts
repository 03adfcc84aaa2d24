import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { messageStatus, received, sent } from '../../test/support/events.ts'
import * as Accounts from '../account.ts'
import * as Chats from '../chat.ts'
import type { Event } from '../contract/event.ts'
import { append } from '../log.ts'
import { read } from '../log-reader.ts'
import * as Messages from '../message.ts'
import { iso } from '../platform/clock.ts'
import { type Session, Settings } from '../session.ts'
import * as Stats from '../stats.ts'
import * as Sessions from './index.ts'

let t: TestDomain

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
})
afterAll(() => t.close())

const found = async ({ id }: Session) => {
  const session = await Sessions.find(t.store, id)
  if (!session) throw new Error('the session is gone')
  return session
}
const statusEvent = (of: Session, status: Session['state']['status'], reason?: string): Event => ({
  id: t.newEventId(),
  sessionId: of.id,
  accountId: of.accountId,
  timestamp: iso(t.clock.now),
  type: 'session.status',
  payload: { status, reason },
})
const record = (of: Session, change: Sessions.StateChange, events: Event[] = []) =>
  Sessions.recordState(t.store, t.retention, of, change, events)
const inShard = async ({ shard, id }: Session) => {
  const ids: string[] = []
  for await (const session of Sessions.ofShard(t.store, shard)) ids.push(session.id)
  return ids.includes(id)
}
const isPendingInShard = async ({ shard, id }: Session) =>
  (await Sessions.pendingIntents(t.store, shard)).some((session) => session.id === id)

test('a new session is inactive, wanted by nobody, and in the log', async () => {
  const session = await t.session('acme', 'Support')
  expect(await found(session)).toMatchObject({
    name: 'Support',
    wanted: false,
    state: { status: 'inactive' },
  })
  expect(await inShard(session)).toBe(false)
  expect((await read(t.store, session.id, { limit: 9 })).items).toMatchObject([{ type: 'session.created' }])
})

test('a plan bounds the sessions, also when they are created at the same time; a deleted one frees its place', async () => {
  await t.account('small', 'free')
  const made = await Promise.allSettled(Array.from({ length: 6 }, () => t.session('small')))
  const sessions = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(sessions).toHaveLength(3)
  expect(made.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'SESSION_LIMIT_REACHED', details: { limit: 3, count: 3, plan: 'free' } },
  })

  await Sessions.remove(t.domain, sessions[0] as Session)
  await expect(Sessions.remove(t.domain, await found(sessions[0] as Session))).rejects.toMatchObject({
    code: 'SESSION_NOT_FOUND',
  })
  await t.session('small')
  await expect(t.session('small')).rejects.toMatchObject({ code: 'SESSION_LIMIT_REACHED' })
  expect(await Accounts.find(t.store, 'small')).toMatchObject({ sessions: 3 })
})

test('an intent is stored, found in its shard, and nudged', async () => {
  const session = await t.session('acme')
  const before = t.sent.length
  await Sessions.intend(t.domain, session, 'start')

  expect(await found(session)).toMatchObject({ wanted: true, intent: { n: 1, action: 'start' } })
  expect(await isPendingInShard(session)).toBe(true)
  expect(t.sent.slice(before)).toMatchObject([{ sessionId: session.id, command: { type: 'session.intent' } }])
})

test('a nudge that is lost does not lose the intent', async () => {
  const session = await t.session('acme')
  t.queue.broken = true
  await Sessions.intend(t.domain, session, 'start').finally(() => {
    t.queue.broken = false
  })
  expect(await isPendingInShard(session)).toBe(true)
})

test('two starts at the same time are one intent; start and stop are two', async () => {
  const session = await t.session('acme')
  await Promise.all(Array.from({ length: 5 }, () => Sessions.intend(t.domain, session, 'start')))
  expect(await found(session)).toMatchObject({ intent: { n: 1 } })

  const started = await found(session)
  await Promise.all([
    Sessions.intend(t.domain, started, 'stop'),
    Sessions.intend(t.domain, started, 'restart'),
  ])
  expect(await found(session)).toMatchObject({ intent: { n: 3 } })
})

test('starting what is started, and stopping what is stopped, asks nothing', async () => {
  const session = await Sessions.intend(t.domain, await t.session('acme'), 'stop')
  expect(session.intent).toBeUndefined()
  const started = await Sessions.intend(t.domain, session, 'start')
  await record(started, { epoch: 1, state: { status: 'connected' }, doneIntent: 1 })
  expect(await Sessions.intend(t.domain, await found(session), 'start')).toMatchObject({ intent: { n: 1 } })
  await record(await found(session), { epoch: 1, state: { status: 'disconnected', reason: 'replaced' } })
  expect(await Sessions.intend(t.domain, await found(session), 'start')).toMatchObject({ intent: { n: 2 } })
})

test('a request to unlink that is not done yet is not lost to the next request', async () => {
  const session = await t.session('acme')
  await Sessions.intend(t.domain, session, 'logout')
  await Sessions.intend(t.domain, await found(session), 'start')
  expect(await found(session)).toMatchObject({ intent: { n: 2, action: 'start', unlinkFirst: true } })
  await Sessions.intend(t.domain, await found(session), 'restart')
  expect(await found(session)).toMatchObject({ intent: { n: 3, action: 'restart', unlinkFirst: true } })
})

test('a done intent leaves the session in its shard for as long as it is wanted', async () => {
  const session = await Sessions.intend(t.domain, await t.session('acme'), 'start')
  await record(session, { epoch: 1, state: { status: 'connecting' }, doneIntent: 1 })
  expect(await isPendingInShard(session)).toBe(false)
  expect(await inShard(session)).toBe(true)

  const stopped = await Sessions.intend(t.domain, await found(session), 'stop')
  expect(await isPendingInShard(session)).toBe(true)
  await record(stopped, { epoch: 1, state: { status: 'inactive' }, doneIntent: 2 })
  expect(await inShard(session)).toBe(false)
  expect(await found(session)).toMatchObject({ wanted: false, state: { status: 'inactive', doneIntent: 2 } })
})

test('an intent that came in meanwhile is not taken for done, and overrules what the connector thinks is wanted', async () => {
  const session = await Sessions.intend(t.domain, await t.session('acme'), 'start')
  await Sessions.intend(t.domain, session, 'restart')
  const written = await record(session, {
    epoch: 1,
    state: { status: 'disconnected', reason: 'logged_out' },
    doneIntent: 1,
    wanted: false,
  })
  expect(written).toBe('written')
  expect(await isPendingInShard(session)).toBe(true)
  expect(await found(session)).toMatchObject({
    wanted: true,
    state: { doneIntent: 1, status: 'disconnected' },
  })
})

test('an owner whose epoch is over writes nothing, neither state nor events', async () => {
  const session = await t.session('acme')
  expect(await record(session, { epoch: 2, state: { status: 'connected' } })).toBe('written')
  const late = await record(session, { epoch: 1, state: { status: 'disconnected' } }, [
    statusEvent(session, 'disconnected'),
  ])
  expect(late).toBe('fenced')
  expect(await found(session)).toMatchObject({ state: { status: 'connected', epoch: 2 } })
  expect((await read(t.store, session.id, { limit: 9 })).items).toHaveLength(1)
})

test('reason, action and QR belong to a status; the rest of the state stays', async () => {
  const session = await t.session('acme')
  const qr = { text: 'secret', expiresAt: iso(t.clock.now + 60_000) }
  await record(session, { epoch: 1, state: { status: 'qr_generated', qr } })
  expect(await found(session)).toMatchObject({ state: { qr } })
  t.clock.now += 1_000
  await record(await found(session), {
    epoch: 1,
    state: { status: 'connected', phoneNumber: '+491511', linked: true },
  })
  t.clock.now += 1_000
  await record(await found(session), {
    epoch: 1,
    state: { status: 'connected', lastActivity: iso(t.clock.now) },
  })
  const { state } = await found(session)
  expect(state).toMatchObject({ phoneNumber: '+491511', linked: true, since: iso(t.clock.now - 1_000) })
  expect(state.qr).toBeUndefined()
})

test('the history of statuses has time and reason of each, newest first', async () => {
  const session = await t.session('acme')
  const events = [statusEvent(session, 'connecting'), statusEvent(session, 'disconnected', 'replaced')]
  await record(session, { epoch: 1, state: { status: 'connecting' } }, [events[0] as Event])
  await record(session, { epoch: 1, state: { status: 'disconnected', reason: 'replaced' } }, events)
  const at = iso(t.clock.now)
  expect(await Sessions.history(t.store, session.id)).toEqual([
    { status: 'disconnected', at, reason: 'replaced' },
    { status: 'connecting', at },
  ])
})

test('settings change one by one; null goes back to the default, an empty description goes', async () => {
  const session = await t.session('acme')
  const changed = await Sessions.change(t.store, session.id, {
    name: 'New name',
    description: 'about',
    settings: { autoReconnect: false, webhookUrl: 'https://example.com/hook' },
  })
  expect(changed).toMatchObject({
    name: 'New name',
    description: 'about',
    settings: { autoReconnect: false, messageHistory: true, webhookUrl: 'https://example.com/hook' },
  })
  const back = await Sessions.change(t.store, session.id, {
    description: '',
    settings: { autoReconnect: null, webhookUrl: null },
  })
  expect(back.settings).toEqual(Settings.parse({}))
  expect(back.settings).toMatchObject({ autoReconnect: true, reconnectInterval: 5_000, store: true })
  expect(back.description).toBeUndefined()
})

/** Places that are no chats. */
const UNLISTED = ['120363000000000001@newsletter', 'status@broadcast']

test('a purge leaves nothing of the session and everything of the others', async () => {
  const [gone, other] = [await t.session('acme'), await t.session('acme')]
  const accept = (of: Session, id: string) =>
    Messages.accept(t.store, t.retention, {
      id,
      session: { id: of.id, accountId: 'acme', shard: 0, phoneNumber: undefined },
      chatId: '4915100000009@s.whatsapp.net',
      to: '+4915100000009',
      content: { type: 'text', text: 'never sent' },
    })
  for (const session of [gone, other]) {
    await append(
      t.store,
      t.retention,
      Array.from({ length: 40 }, (_, n) => received(session, t.clock.now + n)),
    )
    await append(t.store, t.retention, [sent(session, t.clock.now), statusEvent(session, 'connected')])
    await append(
      t.store,
      t.retention,
      UNLISTED.map((chatId) => received(session, t.clock.now, { chatId, from: chatId, sender: {} })),
    )
    for (const id of ['3EB01', '3EB02', '3EB03']) await accept(session, id)
    await append(t.store, t.retention, [
      messageStatus(session, t.clock.now, '3EB02', 'queued'),
      messageStatus(session, t.clock.now, '3EB03', 'failed', { reason: '463' }),
    ])
  }
  await Sessions.remove(t.domain, gone)
  let removed = 0
  await Sessions.purge(t.store, { id: gone.id, shard: 0 }, (items) => {
    removed += items
  })

  expect(removed).toBeGreaterThan(90)
  expect(await Sessions.find(t.store, gone.id)).toBeUndefined()
  expect((await read(t.store, gone.id, { limit: 9 })).items).toEqual([])
  expect((await Chats.list(t.store, gone.id, { limit: 9 })).items).toEqual([])
  expect(await Stats.read(t.store, gone.id)).toMatchObject({ total: 0, byDay: {} })
  for (const chatId of UNLISTED) {
    const left = (of: Session) => Messages.ofChat(t.store, of.id, chatId, { limit: 9 })
    expect((await left(gone)).items).toEqual([])
    expect((await left(other)).items).toHaveLength(1)
    expect(await Chats.find(t.store, other.id, chatId)).toBeUndefined()
  }
  for (const id of ['3EB01', '3EB02', '3EB03']) {
    expect(await Messages.findOutgoing(t.store, gone.id, id)).toBeUndefined()
    expect(await Messages.findOutgoing(t.store, other.id, id)).toBeDefined()
  }
  expect(await Stats.read(t.store, other.id)).toMatchObject({ total: 43 })
})
