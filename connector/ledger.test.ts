import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as Messages from '#core/message.ts'
import { type Database, database } from '../test/support/database.ts'
import { RETENTION } from '../test/support/domain.ts'
import { backlog, overlooked } from './ledger.ts'

const START = Date.UTC(2026, 0, 1)
const clock = { now: START }
const CHAT = '4915600000099@s.whatsapp.net'
let db: Database
let shard = 0

beforeAll(async () => {
  db = await database({ now: () => clock.now })
})
afterAll(() => db.close())
beforeEach(() => {
  clock.now = START
  shard++
})

/** Accepts one after another, a second apart. */
async function accept(id: string, sessionId = 's1', sendAt?: number): Promise<Messages.Message> {
  const accepted = await Messages.accept(db.store, RETENTION, {
    id: `${id}-${shard}`,
    session: { id: `${sessionId}-${shard}`, accountId: 'a', shard, phoneNumber: undefined },
    chatId: CHAT,
    to: CHAT,
    content: { type: 'text', text: id },
    sendAt,
  })
  if (!accepted) throw new Error(`${id} was accepted before`)
  clock.now += 1_000
  return accepted
}
const swept = (message: Messages.Message) => Messages.postpone(db.store, message, clock.now + 60_000)
const textsOf = (messages: Messages.Message[]) => messages.map(({ text }) => text)
const overlookedNow = async () => textsOf(await overlooked(db.store, shard, clock.now - 3_000))

test('what was accepted a while ago is overlooked, what has just been accepted is not', async () => {
  for (const text of ['one', 'two', 'three']) await accept(text)
  expect(await overlookedNow()).toEqual([])
  clock.now += 1_500
  expect(await overlookedNow()).toEqual(['one', 'two'])
})

test('what was swept is left to the queue', async () => {
  await swept(await accept('one'))
  clock.now += 10_000
  expect(await overlookedNow()).toEqual([])
  expect(textsOf(await backlog(db.store, shard))).toEqual(['one'])
})

test('what was swept goes before what came later in its session, and comes with nothing else', async () => {
  const one = await accept('one')
  await swept(await accept('of another session', 's2'))
  clock.now += 9_000
  await swept(one)
  await accept('two')
  clock.now += 3_000
  await accept('three')
  expect(await overlookedNow()).toEqual(['one', 'two'])
})

test('what is to be sent later comes when its time has come, and is not read long before', async () => {
  const HOUR = 3_600_000
  for (const id of ['soon', 'late']) await accept(id, 's1', START + (id === 'soon' ? 20 * 60_000 : HOUR))
  await swept(await accept('now'))
  let read = 0
  const store = {
    ...db.store,
    async query(...args: Parameters<typeof db.store.query>) {
      const page = await db.store.query(...args)
      read += page.items.length
      return page
    },
  } as typeof db.store
  expect(textsOf(await backlog(store, shard))).toEqual(['now'])
  expect(read).toBe(2)
  clock.now = START + HOUR
  expect(textsOf(await backlog(store, shard))).toEqual(['soon', 'late', 'now'])
})
