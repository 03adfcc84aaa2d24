import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TABLE_NAMES } from '../../test/support/database.ts'
import { testDomain } from '../../test/support/domain.ts'
import { CAROL, facts, type Line, received, sent } from '../../test/support/events.ts'
import * as Chats from '../chat.ts'
import { standingIn } from '../cleared.ts'
import type { Event } from '../contract/event.ts'
import { append } from '../log.ts'
import { openStore } from '../platform/dynamo.ts'
import { inChat } from '../search.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
const AT = Date.UTC(2026, 0, 1, 12)
let w: Domain
let lines = 0
let clock = AT

beforeAll(async () => {
  w = await testDomain(AT)
})
afterAll(() => w.close())

const next = () => {
  clock += 1_000
  return clock
}
const newLine = (): Line => ({ id: `line-${++lines}`, accountId: 'acme' })
const event = (line: Line, type: Event['type'], payload: object): Event => {
  const at = next()
  const timestamp = new Date(at).toISOString()
  return { id: ulid(at), sessionId: line.id, accountId: line.accountId, timestamp, type, payload } as Event
}
const changed = (line: Line, changes: object) => event(line, 'chat.updated', { chatId: CAROL, changes })
const tell = (...events: Event[]) => append(w.store, w.retention, events)
const chat = (line: Line) => Chats.find(w.store, line.id, CAROL)
const listed = async (line: Line, wanted: Chats.Wanted = {}) =>
  (await Chats.list(w.store, line.id, { limit: 10 }, wanted)).items.map(({ id }) => id)

test('what came in is unread until it is read or answered, counted once whatever is repeated', async () => {
  const line = newLine()
  const first = received(line, next(), { id: 'U1' })
  await tell(first)
  await tell(first, received(line, next(), { id: 'U2' }))
  expect(await chat(line)).toMatchObject({ unreadCount: 2, isUnread: false })
  expect(await listed(line, { unread: true })).toEqual([CAROL])
  await tell(changed(line, { unread: false }))
  expect(await chat(line)).toMatchObject({ unreadCount: 0 })
  await tell(
    received(line, next(), { id: 'U3' }),
    sent(line, next(), { id: 'U4' }),
    received(line, next(), { id: 'U5' }),
  )
  expect(await chat(line)).toMatchObject({ unreadCount: 1 })
  // One that comes late counts too, and does not move the chat.
  await tell(received(line, AT - 60_000, { id: 'U6', text: 'late' }))
  expect(await chat(line)).toMatchObject({ unreadCount: 2, lastMessage: { id: 'U5' } })
  await tell(changed(line, { unread: true }))
  expect(await chat(line)).toMatchObject({ isUnread: true })
  await tell(sent(line, next(), { id: 'U7' }))
  expect(await chat(line)).toMatchObject({ isUnread: false, unreadCount: 0 })
})

test('archived, pinned and muted stay with a chat over its messages, and are taken back', async () => {
  const line = newLine()
  const mutedUntil = '2035-01-01T00:00:00.000Z'
  await tell(
    received(line, next(), { id: 'F1' }),
    changed(line, { archived: true, pinned: true, mutedUntil }),
  )
  await tell(received(line, next(), { id: 'F2' }))
  expect(await chat(line)).toMatchObject({
    isArchived: true,
    isPinned: true,
    mutedUntil,
    lastMessage: { id: 'F2' },
  })
  expect(await listed(line, { archived: true })).toEqual([CAROL])
  expect(await listed(line, { archived: false })).toEqual([])
  await tell(changed(line, { archived: false, pinned: false, mutedUntil: null }))
  expect(await chat(line)).toMatchObject({ isArchived: false, isPinned: false, mutedUntil: null })
})

test('what is known of a chat before its first message is kept, and listed with that', async () => {
  const line = newLine()
  await tell(changed(line, { archived: true }))
  expect(await listed(line)).toEqual([])
  expect(await chat(line)).toMatchObject({ isArchived: true, lastMessage: null })
  await tell(received(line, next(), { id: 'B1' }))
  expect(await listed(line, { archived: true })).toEqual([CAROL])
})

test('a chat that was deleted leaves the list until something is said in it; a cleared one stays', async () => {
  const line = newLine()
  await tell(received(line, next(), { id: 'D1' }))
  await tell(event(line, 'chat.cleared', { chatId: CAROL }))
  expect(await listed(line)).toEqual([CAROL])
  expect(await chat(line)).toMatchObject({ lastMessage: null, unreadCount: 0 })
  await tell(received(line, next(), { id: 'D2' }), event(line, 'chat.cleared', { chatId: CAROL }))
  expect(await chat(line)).toMatchObject({ lastMessage: null })
  await tell(changed(line, { pinned: true }), event(line, 'chat.deleted', { chatId: CAROL }))
  expect(await listed(line)).toEqual([])
  await tell(received(line, next(), { id: 'D3' }))
  expect(await listed(line)).toEqual([CAROL])
  expect(await chat(line)).toMatchObject({ isPinned: false, unreadCount: 1, lastMessage: { id: 'D3' } })
})

test('a chat goes by the name of its contact, and is found by it; a group by its subject', async () => {
  const line = newLine()
  const group = '120363000000000001@g.us'
  await tell(
    received(line, next(), { id: 'N1' }),
    received(line, next(), { id: 'N2', chatId: group }),
    event(line, 'group.updated', { groupId: group, changes: { subject: 'Weekend' } }),
    event(line, 'contact.updated', {
      contact: { id: CAROL, phoneNumber: '+4915100000003', savedName: 'Caroline' },
    }),
  )
  expect(await chat(line)).toMatchObject({ name: 'Caroline' })
  expect(await listed(line, { search: 'caroline' })).toEqual([CAROL])
  expect(await listed(line, { search: '0000 0003' })).toEqual([CAROL])
  expect(await listed(line, { search: 'week' })).toEqual([group])
})

test('what is taken out of a chat stands there no more, and what was said later stays', async () => {
  const line = newLine()
  const standing = async () =>
    (await standingIn(w.store, line.id, CAROL, { limit: 10 })).items.map(({ id }) => id)
  await tell(received(line, next(), { id: 'C1' }), received(line, next(), { id: 'C2' }))
  const upTo = new Date(next()).toISOString()
  await tell(received(line, next(), { id: 'C3' }))
  // It was done while nobody listened here.
  await tell(event(line, 'chat.cleared', { chatId: CAROL, upTo }))
  expect(await standing()).toEqual(['C3'])
  expect(await chat(line)).toMatchObject({ lastMessage: { id: 'C3' }, unreadCount: 3 })
  await tell(event(line, 'chat.deleted', { chatId: CAROL, upTo }))
  expect(await listed(line)).toEqual([CAROL])

  await tell(event(line, 'chat.cleared', { chatId: CAROL }))
  expect(await standing()).toEqual([])
  expect(await chat(line)).toMatchObject({ lastMessage: null, unreadCount: 0 })
  expect(await listed(line)).toEqual([CAROL])
  expect((await inChat(w.store, line.id, CAROL, {}, { limit: 10 })).items).toEqual([])
  await tell(received(line, next(), { id: 'C4' }), changed(line, { archived: true }))
  expect((await inChat(w.store, line.id, CAROL, {}, { limit: 10 })).items).toMatchObject([{ id: 'C4' }])
  await tell(
    received(line, next(), { id: 'C5' }),
    event(line, 'chat.deleted', { chatId: CAROL }),
    received(line, next(), { id: 'C6' }),
  )
  expect(await standing()).toEqual(['C6'])
  expect(await chat(line)).toMatchObject({ lastMessage: { id: 'C6' }, unreadCount: 1, isArchived: false })
  await tell(event(line, 'chat.deleted', { chatId: CAROL }), changed(line, { pinned: true }))
  expect(await listed(line)).toEqual([])
  expect(await chat(line)).toMatchObject({ lastMessage: null, isPinned: true })
})

test.each([undefined, true] as const)(
  'the list does not say what its last message no longer says (encrypted: %s)',
  async (encrypted) => {
    const line = newLine()
    const store = openStore(w.db.dynamo, TABLE_NAMES, () => AT, ['ab'.repeat(32)])
    const marks = encrypted ? { encrypted } : {}
    const hear = (...events: Event[]) =>
      append(
        store,
        w.retention,
        events.map((one) => ({ ...one, ...marks })),
      )
    const said = (id: string) => received(line, next(), { id, text: `This is ${id}` })
    const done = (type: Event['type'], id: string, more: object = {}): Event => {
      const { sender, from, timestamp } = facts({ at: next() })
      const target = { messageId: id, fromMe: false, sender }
      return event(line, type, {
        id: `${id}-x`,
        chatId: CAROL,
        fromMe: false,
        from,
        sender,
        timestamp,
        target,
        ...more,
      })
    }
    const last = async () => (await Chats.find(store, line.id, CAROL))?.lastMessage
    await hear(said('L1'))
    await hear(said('L2'))
    await hear(done('message.edited', 'L1', { text: 'Nobody sees it' }))
    expect(await last()).toMatchObject({ id: 'L2', text: 'This is L2' })
    await hear(done('message.edited', 'L2', { text: 'Better' }))
    expect(await last()).toMatchObject({ id: 'L2', type: 'text', text: 'Better' })
    await hear(done('message.edited', 'L2', { text: 'Best' }), done('message.deleted', 'L2'))
    expect(await last()).toMatchObject({ id: 'L2', isDeleted: true })
    expect((await last())?.text).toBeUndefined()
    await hear(said('L3'), done('message.edited', 'L3', { text: 'At once' }))
    expect(await last()).toMatchObject({ id: 'L3', text: 'At once' })
    await hear(done('message.removed', 'L3'))
    expect(await last()).toBeNull()
    expect((await Chats.list(store, line.id, { limit: 9 })).items).toMatchObject([{ id: CAROL }])
    await hear(done('message.deleted', 'L9'), { ...done('message.deleted', 'L1'), sessionId: 'nobody' })
    expect(await Chats.find(store, 'nobody', CAROL)).toBeUndefined()
  },
)
