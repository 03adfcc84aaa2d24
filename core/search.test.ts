import { afterAll, beforeAll, expect, test } from 'vitest'
import { countCalls } from '../test/support/calls.ts'
import { testDomain } from '../test/support/domain.ts'
import { type Line, received, sent } from '../test/support/events.ts'
import { append } from './log.ts'
import { inAllChats, inChat, type Wanted } from './search.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
const AT = Date.UTC(2026, 0, 1, 12)
const jid = (chat: number) => `49151000010${String(chat).padStart(2, '0')}@s.whatsapp.net`
const at = (minutes: number) => new Date(AT + minutes * 60_000).toISOString()
let w: Domain
const line: Line = { id: 'search', accountId: 'acme' }

beforeAll(async () => {
  w = await testDomain(AT + 3_600_000)
  // Chat 1 has the newest messages, chat 3 the oldest; each says "Nothing" often and something of its own once.
  for (const chat of [3, 2, 1]) {
    const begin = AT + (3 - chat) * 600_000
    const say = (index: number, text: string) =>
      received(line, begin + index * 1_000, { id: `${chat}-${index}`, chatId: jid(chat), text })
    await append(w.store, w.retention, [
      ...Array.from({ length: 70 }, (_, index) => say(index, `Nothing ${index}`)),
      say(70, `Invoice of ${chat}`),
    ])
  }
  const mine = { id: 'mine', chatId: jid(2), text: undefined, type: 'document' }
  const media = { mimetype: 'application/pdf', fileName: 'INVOICE-7.pdf' }
  await append(w.store, w.retention, [sent(line, AT + 660_000 + 100_000, { ...mine, media })])
})
afterAll(() => w.close())

const all = async (wanted: Wanted, limit = 50) => {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await inAllChats(w.store, line.id, wanted, { limit, cursor })
    pages.push(page.items.map(({ id }) => id))
    cursor = page.cursor
  } while (cursor)
  return pages
}

test('over all chats, chat by chat from the newest on, in pages of any size', async () => {
  const found = ['1-70', 'mine', '2-70', '3-70']
  expect((await all({ search: 'invoice' })).flat()).toEqual(found)
  expect((await all({ search: 'INVOICE' }, 1)).flat()).toEqual(found)
  const nothing = (await all({ search: 'nothing' }, 7)).flat()
  expect(nothing).toHaveLength(210)
  expect(new Set(nothing).size).toBe(210)
})

test('by kind, by direction and by time, which needs no search', async () => {
  expect((await all({ type: 'document' })).flat()).toEqual(['mine'])
  expect((await all({ fromMe: true })).flat()).toEqual(['mine'])
  expect((await all({ search: 'invoice', from: at(11) })).flat()).toEqual(['1-70', 'mine', '2-70'])
  expect((await all({ search: 'invoice', to: at(2) })).flat()).toEqual(['3-70'])
  expect((await all({ from: at(0), to: at(0) })).flat()).toEqual(['3-0'])
})

test('in one chat the newest first, and each page goes on where the one before ended', async () => {
  const first = await inChat(w.store, line.id, jid(2), { search: 'nothing' }, { limit: 40 })
  expect(first.items.map(({ id }) => id).slice(0, 2)).toEqual(['2-69', '2-68'])
  const rest = await inChat(
    w.store,
    line.id,
    jid(2),
    { search: 'nothing' },
    { limit: 40, cursor: first.cursor },
  )
  expect(rest.items.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, index) => `2-${29 - index}`))
  expect(rest.cursor).toBeUndefined()
})

test('a chat that moves to the top meanwhile is not missed', async () => {
  const first = await inAllChats(w.store, line.id, { search: 'invoice of' }, { limit: 1 })
  expect(first.items.map(({ id }) => id)).toEqual(['1-70'])
  w.clock.now += 60_000
  await append(w.store, w.retention, [
    received(line, w.clock.now, { id: 'late', chatId: jid(3), text: 'I am back' }),
  ])
  const rest: string[] = []
  let { cursor } = first
  while (cursor) {
    const page = await inAllChats(w.store, line.id, { search: 'invoice of' }, { limit: 1, cursor })
    rest.push(...page.items.map(({ id }) => id))
    cursor = page.cursor
  }
  expect(rest).toEqual(['2-70', '3-70'])
})

test('a page looks at so many messages and no more', async () => {
  const busy: Line = { id: 'busy', accountId: 'acme' }
  const many = Array.from({ length: 2_300 }, (_, index) =>
    received(busy, AT + index * 1_000, {
      id: `b${index}`,
      chatId: jid(9),
      text: index === 0 ? 'First' : 'x',
    }),
  )
  await append(w.store, w.retention, many)
  const page = await inAllChats(w.store, busy.id, { search: 'first' }, { limit: 5 })
  expect(page.items).toEqual([])
  const next = await inAllChats(w.store, busy.id, { search: 'first' }, { limit: 5, cursor: page.cursor })
  expect(next.items.map(({ id }) => id)).toEqual(['b0'])
  await expect(inAllChats(w.store, busy.id, {}, { limit: 5, cursor: 'nonsense' })).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
  })
})

test('what was taken out of chats is not found, and which chats that are costs no reads of its own', async () => {
  const emptied: Line = { id: 'emptied', accountId: 'acme' }
  for (const chat of [1, 2, 3])
    await append(w.store, w.retention, [
      received(emptied, AT, { id: `${chat}-before`, chatId: jid(chat), text: 'Invoice of before' }),
      {
        id: w.newEventId(),
        sessionId: emptied.id,
        accountId: emptied.accountId,
        timestamp: at(1),
        type: 'chat.cleared',
        payload: { chatId: jid(chat), upTo: at(1) },
      },
      received(emptied, AT + chat * 120_000, {
        id: `${chat}-since`,
        chatId: jid(chat),
        text: 'Invoice since',
      }),
    ])
  const reads: string[] = []
  countCalls(w.db.dynamo, (operation) => reads.push(operation))
  const found = await inAllChats(w.store, emptied.id, { search: 'invoice' }, { limit: 10 })
  expect(found.items.map(({ id }) => id)).toEqual(['3-since', '2-since', '1-since'])
  expect(new Set(reads)).toEqual(new Set(['Query']))
  const first = await inAllChats(w.store, emptied.id, { search: 'invoice', from: at(0) }, { limit: 2 })
  expect(first.items.map(({ id }) => id)).toEqual(['3-since', '2-since'])
})
