import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../test/support/database.ts'
import { CAROL, type Line, messageStatus, received, sent } from '../test/support/events.ts'
import * as Chats from './chat.ts'
import { append } from './log.ts'
import { read } from './log-reader.ts'
import * as Messages from './message.ts'
import { iso } from './platform/clock.ts'
import * as Stats from './stats.ts'

const clock = { now: Date.UTC(2026, 0, 1, 12) }
const retention = { eventSeconds: 3_600, messageSeconds: 7_200 }
let db: Awaited<ReturnType<typeof database>>
let lines = 0

beforeAll(async () => {
  db = await database({ now: () => clock.now })
})
afterAll(() => db.close())

const line = (): Line => ({ id: `session${++lines}`, accountId: 'acme' })
const log = async (of: Line) => (await read(db.store, of.id, { limit: 1_000 })).items
const inChat = async (of: Line, chatId = CAROL) =>
  (await Messages.ofChat(db.store, of.id, chatId, { limit: 1_000 })).items
const accept = (of: Line, id: string) =>
  Messages.accept(db.store, retention, {
    id,
    session: { ...of, shard: 3, phoneNumber: '+4915100000001' },
    chatId: CAROL,
    to: '+4915100000003',
    content: { type: 'text', text: 'hi' },
  })

test('an event and everything that it changes become visible together', async () => {
  const one = line()
  await append(db.store, retention, [received(one, clock.now, { text: 'hello' })])

  expect(await log(one)).toMatchObject([{ type: 'message.received', sessionId: one.id }])
  expect(await inChat(one)).toMatchObject([{ text: 'hello', status: 'received', fromMe: false }])
  expect((await Chats.list(db.store, one.id, { limit: 10 })).items).toMatchObject([
    { id: CAROL, name: 'Carol', phoneNumber: '+4915100000003', lastMessage: { text: 'hello' } },
  ])
  expect(await Stats.read(db.store, one.id)).toEqual({
    total: 1,
    sent: 0,
    received: 1,
    failed: 0,
    byType: { text: 1 },
    byDay: { '2026-01-01': { sent: 0, received: 1 } },
  })
})

test('a repeated append changes nothing, and what is new in it is written', async () => {
  const one = line()
  const events = [received(one, clock.now), sent(one, clock.now + 1), received(one, clock.now + 2)]
  await append(db.store, retention, events.slice(0, 2))
  await append(db.store, retention, events)
  await append(db.store, retention, events)

  expect((await log(one)).map(({ id }) => id)).toEqual(events.map(({ id }) => id))
  expect(await inChat(one)).toHaveLength(3)
  expect(await Stats.read(db.store, one.id)).toMatchObject({ total: 3, sent: 1, received: 2 })
})

test('an event that is told again, at another time, stays as it was told first', async () => {
  const one = line()
  const status = (at: number, id: string) =>
    messageStatus(one, at, '3EB0GROUP', 'read', { participant: 'p' }, id)
  await append(db.store, retention, [status(clock.now, 'E1')])
  await append(db.store, retention, [status(clock.now + 9_000, 'E1'), status(clock.now + 9_000, 'E2')])
  expect((await log(one)).map(({ id, timestamp }) => [id, timestamp])).toEqual([
    ['E1', iso(clock.now)],
    ['E2', iso(clock.now + 9_000)],
  ])
})

test('a message that is delivered again under another event id is still one message', async () => {
  const one = line()
  const again = { id: '3EB0AAAA', text: 'once' }
  await append(db.store, retention, [received(one, clock.now, again)])
  await append(db.store, retention, [
    received(one, clock.now + 5_000, again),
    received(one, clock.now + 6_000),
  ])

  expect(await log(one)).toHaveLength(2)
  expect(await inChat(one)).toHaveLength(2)
  expect(await Stats.read(db.store, one.id)).toMatchObject({ received: 2 })
})

test('the same message twice in one append is one message', async () => {
  const one = line()
  const twice = { id: '3EB0BBBB' }
  await append(db.store, retention, [received(one, clock.now, twice), received(one, clock.now + 1, twice)])
  expect(await log(one)).toHaveLength(1)
  expect(await Stats.read(db.store, one.id)).toMatchObject({ received: 1 })
})

test('two people may use the same message id', async () => {
  const one = line()
  const dave = { chatId: '4915100000004@s.whatsapp.net', sender: { phoneNumber: '+4915100000004' } }
  await append(db.store, retention, [
    received(one, clock.now, { id: '3EB0CCCC' }),
    received(one, clock.now, { id: '3EB0CCCC', ...dave }),
  ])
  expect(await log(one)).toHaveLength(2)
})

test('an accepted message goes through its states, each with its time', async () => {
  const one = line()
  const at = clock.now
  await accept(one, '3EB0D1')
  expect((await Messages.due(db.store, 3, { limit: 10 })).items).toEqual([])
  await append(db.store, retention, [messageStatus(one, at + 1_000, '3EB0D1', 'queued')])
  await append(db.store, retention, [sent(one, at + 2_000, { id: '3EB0D1' })])
  await append(db.store, retention, [
    messageStatus(one, at + 3_000, '3EB0D1', 'delivered'),
    messageStatus(one, at + 4_000, '3EB0D1', 'read'),
  ])

  const message = await Messages.findOutgoing(db.store, one.id, '3EB0D1')
  expect(message?.status).toBe('read')
  expect(Messages.historyOf(message?.times ?? {})).toEqual([
    { status: 'accepted', at: iso(at) },
    { status: 'queued', at: iso(at + 1_000) },
    { status: 'sent', at: iso(at + 2_000) },
    { status: 'server', at: iso(at + 2_000) },
    { status: 'delivered', at: iso(at + 3_000) },
    { status: 'read', at: iso(at + 4_000) },
  ])
  expect(message?.waitSk).toBeUndefined()
})

test('states never step back: what comes late is dropped, an ack after the receipt still counts once', async () => {
  const one = line()
  const at = clock.now
  await accept(one, '3EB0E1')
  await append(db.store, retention, [messageStatus(one, at + 1, '3EB0E1', 'read')])
  await append(db.store, retention, [
    messageStatus(one, at + 2, '3EB0E1', 'delivered'),
    sent(one, at + 3, { id: '3EB0E1' }),
    messageStatus(one, at + 4, '3EB0E1', 'failed', { reason: 'late' }),
  ])
  await append(db.store, retention, [sent(one, at + 5, { id: '3EB0E1' })])

  const message = await Messages.findOutgoing(db.store, one.id, '3EB0E1')
  expect(message).toMatchObject({ status: 'read', text: 'hi', reason: undefined })
  expect((await log(one)).map(({ type }) => type)).toEqual(['message.status', 'message.sent'])
  expect(await Stats.read(db.store, one.id)).toMatchObject({ sent: 1, failed: 0 })
})

test('a failure ends a message with its reason, unless the server takes it after all', async () => {
  const one = line()
  const at = clock.now
  await accept(one, '3EB0F1')
  await append(db.store, retention, [messageStatus(one, at + 1, '3EB0F1', 'failed', { reason: '463' })])
  await append(db.store, retention, [messageStatus(one, at + 2, '3EB0F1', 'failed', { reason: '463' })])
  await append(db.store, retention, [messageStatus(one, at + 3, '3EB0F1', 'queued')])
  expect(await Messages.findOutgoing(db.store, one.id, '3EB0F1')).toMatchObject({
    status: 'failed',
    reason: '463',
  })
  expect(await Stats.read(db.store, one.id)).toMatchObject({ failed: 1, total: 0 })

  await append(db.store, retention, [sent(one, at + 9, { id: '3EB0F1' })])
  expect(await Messages.findOutgoing(db.store, one.id, '3EB0F1')).toMatchObject({ status: 'server' })
})

test('a receipt for a message that was never seen stays in the log alone', async () => {
  const one = line()
  await append(db.store, retention, [
    messageStatus(one, clock.now, '3EB0UNKNOWN', 'read'),
    received(one, clock.now),
  ])
  expect(await log(one)).toHaveLength(2)
  expect(await Messages.findOutgoing(db.store, one.id, '3EB0UNKNOWN')).toBeUndefined()
})

test('a message written on the phone is stored with its states in one go', async () => {
  const one = line()
  const written = sent(one, clock.now, { id: '3EB0PHONE', text: 'from the phone' })
  await append(db.store, retention, [written, messageStatus(one, clock.now + 1, '3EB0PHONE', 'delivered')])
  expect(await inChat(one)).toMatchObject([{ id: '3EB0PHONE', status: 'delivered', text: 'from the phone' }])
})

test('an older message that arrives late does not move the chat back', async () => {
  const one = line()
  await append(db.store, retention, [received(one, clock.now, { text: 'new' })])
  await append(db.store, retention, [received(one, clock.now - 60_000, { text: 'old' })])
  const [chat] = (await Chats.list(db.store, one.id, { limit: 10 })).items
  expect(chat?.lastMessage?.text).toBe('new')
  expect((await inChat(one)).map(({ text }) => text)).toEqual(['new', 'old'])
})

test('within one second of WhatsApp time the order of arrival counts', async () => {
  const one = line()
  const second = clock.now
  await append(db.store, retention, [
    sent(one, second + 400, { text: 'question', timestamp: iso(second + 400) }),
  ])
  await append(db.store, retention, [received(one, second + 700, { text: 'answer', timestamp: iso(second) })])
  expect((await inChat(one)).map(({ text }) => text)).toEqual(['answer', 'question'])
})

test('many events of several sessions, with long texts, are cut into transactions and kept in order', async () => {
  const [one, two] = [line(), line()]
  const events = Array.from({ length: 260 }, (_, n) =>
    received(n % 3 ? one : two, clock.now + n, { text: n % 40 ? `${n}` : 'x'.repeat(65_536) }),
  )
  await append(db.store, retention, events)
  const ids = (of: Line) => events.filter(({ sessionId }) => sessionId === of.id).map(({ id }) => id)
  expect((await log(one)).map(({ id }) => id)).toEqual(ids(one))
  expect((await log(two)).map(({ id }) => id)).toEqual(ids(two))
  expect(await Stats.read(db.store, one.id)).toMatchObject({ received: ids(one).length })
})

test('two appends of the same events at the same time count them once', async () => {
  const one = line()
  const events = Array.from({ length: 30 }, (_, n) => received(one, clock.now + n))
  await Promise.all([
    append(db.store, retention, events),
    append(db.store, retention, [...events.slice(10), received(one, clock.now + 99)]),
  ])
  expect(await log(one)).toHaveLength(31)
  expect(await Stats.read(db.store, one.id)).toMatchObject({ received: 31 })
})

test('events and messages are gone the second their retention ends', async () => {
  const one = line()
  await append(db.store, retention, [received(one, clock.now)])
  clock.now += 3_600_000
  expect(await log(one)).toEqual([])
  expect(await inChat(one)).toHaveLength(1)
  clock.now += 3_600_000
  expect(await inChat(one)).toEqual([])
})
