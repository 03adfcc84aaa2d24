import { ulid } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDomain } from '../../test/support/domain.ts'
import * as Chats from '../chat.ts'
import type { Event } from '../contract/event.ts'
import { ofChat as labelsOf } from '../labels/label.ts'
import { append } from '../log.ts'
import { ofChat } from '../message.ts'
import { sessionPartition } from '../partition.ts'
import { openTimers } from '../timers.ts'
import { contactBook } from './book.ts'
import { canonicalChatId } from './canonical.ts'

type Domain = Awaited<ReturnType<typeof testDomain>>
const AT = Date.UTC(2026, 0, 1, 12)
const NUMBER = '+4915100000003'
const LID = '900003@lid'
const JID = '4915100000003@s.whatsapp.net'
let w: Domain
let sessions = 0

beforeAll(async () => {
  w = await testDomain(AT)
})
afterAll(() => w.close())

function line() {
  const about = { sessionId: `moving-${++sessions}`, accountId: 'acme' }
  const book = contactBook(w.store, about)
  let at = AT
  const event = (type: Event['type'], payload: object): Event => {
    at += 1_000
    return { id: ulid(at), ...about, timestamp: new Date(at).toISOString(), type, payload } as Event
  }
  const message = (id: string, chatId: string, fromMe: boolean) => ({
    id,
    chatId,
    fromMe,
    from: fromMe ? '+4915100000001' : chatId,
    to: fromMe ? chatId : '+4915100000001',
    sender: fromMe ? {} : chatId === LID ? { lid: LID, name: 'Ann' } : { phoneNumber: NUMBER, lid: LID },
    timestamp: new Date(at + 1_000).toISOString(),
    type: 'text',
    text: id,
  })
  return {
    tell: (...events: Event[]) => append(w.store, w.retention, events),
    received: (id: string, chatId: string) =>
      event('message.received', { message: message(id, chatId, false) }),
    sent: (id: string, chatId: string) => event('message.sent', { message: message(id, chatId, true) }),
    event,
    async hears(sighting: { phoneNumber?: string; lid?: string; pushName?: string }) {
      const time = new Date(at).toISOString()
      await append(w.store, w.retention, await book.news([{ eventId: ulid(at), sighting }], time))
    },
    move: () => book.moveChats(),
    chats: async () => (await Chats.list(w.store, about.sessionId, { limit: 10 })).items,
    ids: async (chatId: string) =>
      (await ofChat(w.store, about.sessionId, chatId, { limit: 200 })).items.map(({ id }) => id).reverse(),
    messages: async (chatId: string) => (await ofChat(w.store, about.sessionId, chatId, { limit: 10 })).items,
    notes: () => w.store.count('main', sessionPartition(about.sessionId), { prefix: 'MOVING#' }),
    timers: () => openTimers(w.store, about.sessionId),
    labels: (chatId: string) => labelsOf(w.store, about.sessionId, chatId),
    canonical: (text: string) => canonicalChatId(w.store, about.sessionId, text),
  }
}

test('where messages disappear is known of the chat of the number, too, at once and later', async () => {
  const s = line()
  const running = s.timers()
  const tell = async (...events: Event[]) => {
    await s.tell(...events)
    running.heard(events)
  }
  await s.hears({ lid: LID, pushName: 'Ann' })
  await tell(
    s.received('A', LID),
    s.event('chat.updated', { chatId: LID, changes: { disappearingSeconds: 86_400 } }),
  )
  const contact = { id: JID, phoneNumber: NUMBER, lid: LID, pushName: 'Ann' }
  await tell(s.event('contact.updated', { contact, formerId: LID }))
  expect(running.of(JID)).toBe(86_400)
  await s.move()
  await s.move()
  const next = s.timers()
  await next.known()
  expect([next.of(JID), next.has(LID)]).toEqual([86_400, false])
  expect(await s.chats()).toMatchObject([{ id: JID, disappearingSeconds: 86_400 }])
})

test('what was set in the chat of the number itself counts more', async () => {
  const s = line()
  const running = s.timers()
  const events = [
    s.event('chat.updated', { chatId: LID, changes: { disappearingSeconds: 86_400 } }),
    s.event('chat.updated', { chatId: JID, changes: { disappearingSeconds: 0 } }),
    s.event('contact.updated', { contact: { id: JID, phoneNumber: NUMBER, lid: LID }, formerId: LID }),
  ]
  await s.tell(...events)
  running.heard(events)
  await s.move()
  const next = s.timers()
  await next.known()
  for (const timers of [running, next]) expect([timers.of(JID), timers.has(JID)]).toEqual([undefined, true])
})

test('what was said under the LID stands in the chat of the number, with what stands beside the chat', async () => {
  const s = line()
  await s.hears({ lid: LID, pushName: 'Ann' })
  expect(await s.canonical(LID)).toBe(LID)
  await s.tell(
    s.sent('A', LID),
    s.received('B', LID),
    s.event('chat.updated', { chatId: LID, changes: { pinned: true } }),
    s.event('label.updated', { label: { id: '7', name: 'Paid', color: 3 } }),
    s.event('label.added', { labelId: '7', chatId: LID }),
  )
  await s.hears({ lid: LID, phoneNumber: NUMBER })
  await s.tell(s.received('C', JID))
  await s.move()
  expect(await s.ids(JID)).toEqual(['A', 'B', 'C'])
  expect(await s.ids(LID)).toEqual([])
  expect(await s.messages(JID)).toMatchObject([
    { id: 'C', from: JID },
    { id: 'B', chatId: JID, from: NUMBER, sender: { phoneNumber: NUMBER, lid: LID, name: 'Ann' } },
    { id: 'A', chatId: JID, to: NUMBER, fromMe: true },
  ])
  expect(await s.chats()).toMatchObject([
    { id: JID, phoneNumber: NUMBER, lastMessage: { id: 'C' }, unreadCount: 2, isPinned: true },
  ])
  expect(await s.labels(JID)).toMatchObject([{ id: '7' }])
  expect(await s.labels(LID)).toEqual([])
  expect(await s.canonical(LID)).toBe(JID)
  await s.tell(s.received('B', LID))
  expect(await s.ids(LID)).toEqual([])
})

test('a chat with nothing new keeps its place and its last message', async () => {
  const s = line()
  await s.hears({ lid: LID, pushName: 'Ann' })
  await s.tell(s.received('A', LID))
  const [before] = await s.chats()
  await s.hears({ lid: LID, phoneNumber: NUMBER })
  await s.move()
  expect(await s.chats()).toMatchObject([{ id: JID, lastMessage: before?.lastMessage, unreadCount: 1 }])
})

test('more than a page moves whole, and doing it again changes nothing', async () => {
  const s = line()
  await s.hears({ lid: LID, pushName: 'Ann' })
  const ids = Array.from({ length: 120 }, (_, index) => `M${String(index).padStart(3, '0')}`)
  for (const id of ids) await s.tell(s.received(id, LID))
  await s.hears({ lid: LID, phoneNumber: NUMBER })
  await Promise.all([s.move(), s.move()])
  await s.move()
  expect(await s.ids(JID)).toEqual(ids)
  expect(await s.chats()).toMatchObject([{ id: JID, unreadCount: 120 }])
})

test('what the list did not show yet is moved the next time; then there is nothing left to do', async () => {
  const s = line()
  await s.hears({ lid: LID, pushName: 'Ann' })
  await s.tell(s.received('A', LID))
  await s.hears({ lid: LID, phoneNumber: NUMBER })
  await s.move()
  await s.tell(s.received('LATE', LID))
  expect(await s.notes()).toBe(1)
  w.clock.now += 61_000
  await s.move()
  expect(await s.ids(JID)).toEqual(['A', 'LATE'])
  expect((await s.chats()).map(({ id }) => id)).toEqual([JID])
  expect(await s.notes()).toBe(0)
})

test('a chat under a LID of which nothing else was heard moves too, and where there is none nothing is done', async () => {
  const s = line()
  await s.tell(s.sent('A', LID))
  await s.hears({ lid: LID, phoneNumber: NUMBER })
  await s.move()
  expect(await s.ids(JID)).toEqual(['A'])
  expect((await s.chats()).map(({ id }) => id)).toEqual([JID])
  expect(await s.canonical(LID)).toBe(JID)
  const other = line()
  await other.hears({ lid: LID, phoneNumber: NUMBER, pushName: 'Ann' })
  expect(await other.notes()).toBe(0)
})
