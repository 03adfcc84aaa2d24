import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../../test/support/database.ts'
import { CAROL, type Line, received, sent } from '../../test/support/events.ts'
import * as Chats from '../chat.ts'
import { append, keepHistory } from '../log.ts'
import { read } from '../log-reader.ts'
import * as Messages from '../message.ts'
import * as Stats from '../stats.ts'
import type { Past } from './history.ts'

const now = Date.UTC(2026, 0, 1, 12)
const retention = { eventSeconds: 3_600, messageSeconds: 7_200 }
let db: Awaited<ReturnType<typeof database>>
let lines = 0

beforeAll(async () => {
  db = await database({ now: () => now })
})
afterAll(() => db.close())

const line = (): Line => ({ id: `session${++lines}`, accountId: 'acme' })
const inChat = async (of: Line) =>
  (await Messages.ofChat(db.store, of.id, CAROL, { limit: 1_000 })).items.map(({ text }) => text).reverse()
const chat = async (of: Line) => (await Chats.list(db.store, of.id, { limit: 10 })).items[0]
const past = (of: Line, at: number, text: string) => received(of, at, { text, id: `ID ${text}` }) as Past

test('what was said before stands in its place, once, and counts as nothing new', async () => {
  const one = line()
  const live = received(one, now, { text: 'now' })
  await append(db.store, retention, [live])
  const history = [past(one, now - 3_000, 'first'), past(one, now - 2_000, 'second')]
  await keepHistory(db.store, retention, history)
  await keepHistory(db.store, retention, [...history, past(one, now - 4_000, 'before that')])
  expect(await inChat(one)).toEqual(['before that', 'first', 'second', 'now'])
  expect(await chat(one)).toMatchObject({ lastMessage: { text: 'now' }, unreadCount: 1 })
  expect(await Stats.read(db.store, one.id)).toMatchObject({
    total: 1,
    byDay: { '2026-01-01': { received: 1 } },
  })
  expect((await read(db.store, one.id, { limit: 10 })).items.map(({ id }) => id)).toEqual([live.id])
})

test('a chat that is known from history alone is listed, with nothing unread', async () => {
  const one = line()
  await keepHistory(db.store, retention, [past(one, now - 3_000, 'long ago')])
  expect(await chat(one)).toMatchObject({ id: CAROL, lastMessage: { text: 'long ago' }, unreadCount: 0 })
})

test('one of ours has got as far as the phone says, and the ledger knows better what it has', async () => {
  const one = line()
  const read = { ...sent(one, now - 5_000, { id: '3EB0OLD', text: 'old' }), reached: 'read' } as Past
  await append(db.store, retention, [sent(one, now - 1_000, { id: '3EB0NEW', text: 'as we sent it' })])
  const known = {
    ...sent(one, now - 1_000, { id: '3EB0NEW', text: 'as the phone has it' }),
    reached: 'read',
  } as Past
  await keepHistory(db.store, retention, [read, known])
  expect(await Messages.findOutgoing(db.store, one.id, '3EB0OLD')).toMatchObject({
    status: 'read',
    text: 'old',
  })
  expect(await Messages.findOutgoing(db.store, one.id, '3EB0NEW')).toMatchObject({
    status: 'server',
    text: 'as we sent it',
  })
})

test('more than one transaction takes', async () => {
  const one = line()
  const many = Array.from({ length: 130 }, (_, n) => past(one, now - 1_000_000 + n * 1_000, `${n}`))
  await keepHistory(db.store, retention, many)
  expect(await inChat(one)).toEqual(many.map((_, n) => `${n}`))
  expect(await chat(one)).toMatchObject({ lastMessage: { text: '129' } })
})

test('where everything is kept sealed, the past is too: without a key for that nothing is stored', async () => {
  const one = line()
  const secret: Past = { ...past(one, now, 'a secret'), encrypted: true }
  await expect(keepHistory(db.store, retention, [secret])).rejects.toThrow('CONTENT_KEY')
  expect(await inChat(one)).toEqual([])
})
