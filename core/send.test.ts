import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../test/support/domain.ts'
import * as Messages from './message.ts'
import { send } from './send.ts'
import type { Session } from './session.ts'
import * as Sessions from './sessions/index.ts'

let t: TestDomain
let session: Session
const to = '+49 151 0000 0003'

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
  const started = await Sessions.intend(t.domain, await t.session('acme'), 'start')
  const state = { status: 'connected', linked: true, phoneNumber: '+4915100000001' } as const
  await Sessions.recordState(t.store, t.retention, started, { epoch: 1, state, doneIntent: 1 }, [])
  session = (await Sessions.find(t.store, started.id)) as Session
})
afterAll(() => t.close())

test('an accepted message is a record, and then a command with the same id', async () => {
  const before = t.sent.length
  const { message } = await send(t.domain, session, { to, text: 'hello' })

  expect(message).toMatchObject({
    status: 'accepted',
    chatId: '4915100000003@s.whatsapp.net',
    to: '+4915100000003',
    from: '+4915100000001',
    text: 'hello',
  })
  expect(await Messages.findOutgoing(t.store, session.id, message.id)).toEqual(message)
  expect(t.sent.slice(before)).toMatchObject([
    { id: message.id, command: { type: 'message.send', messageId: message.id, again: false } },
  ])
})

test('the same key is the same message, however often and however simultaneously', async () => {
  const draft = { to, text: 'once', idempotencyKey: 'order-17' }
  const sends = await Promise.all(Array.from({ length: 5 }, () => send(t.domain, session, draft)))
  expect(new Set(sends.map(({ message }) => message.id)).size).toBe(1)
  expect(sends.filter(({ repeated }) => !repeated)).toHaveLength(1)
  const chat = await Messages.ofChat(t.store, session.id, '4915100000003@s.whatsapp.net', { limit: 100 })
  expect(chat.items.filter(({ text }) => text === 'once')).toHaveLength(1)
})

test('a key cannot be used for another message', async () => {
  await send(t.domain, session, { to, text: 'first', idempotencyKey: 'k' })
  for (const other of [{ text: 'second' }, { to: '+4915100000004' }])
    await expect(
      send(t.domain, session, { to, text: 'first', idempotencyKey: 'k', ...other }),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 409 })
})

test('a queue that is down does not fail the request: the record waits for the sweeper', async () => {
  t.queue.broken = true
  const { message } = await send(t.domain, session, { to, text: 'kept' }).finally(() => {
    t.queue.broken = false
  })
  expect(message.status).toBe('accepted')
  t.clock.now += Messages.CARRIED_WITHIN + 1
  const due = await Messages.due(t.store, session.shard, { limit: 100 })
  expect(due.items.map(({ id }) => id)).toContain(message.id)
})

test('a session that is not connected takes nothing, but still answers a repetition', async () => {
  const draft = { to, text: 'before the stop', idempotencyKey: 'stop' }
  const { message } = await send(t.domain, session, draft)
  const stopped = { ...session, wanted: false }
  await expect(send(t.domain, stopped, { to, text: 'after' })).rejects.toMatchObject({
    code: 'SESSION_NOT_CONNECTED',
    details: { currentStatus: 'inactive', action: 'Please start the session' },
  })
  expect(await send(t.domain, stopped, draft)).toMatchObject({ message: { id: message.id }, repeated: true })
})
