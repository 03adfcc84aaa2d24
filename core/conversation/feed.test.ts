import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { CAROL, received, sent } from '../../test/support/events.ts'
import type { Event } from '../contract/event.ts'
import { append as appendToLog } from '../log.ts'
import { read as readLog } from '../log-reader.ts'
import type { Key } from '../platform/dynamo.ts'
import * as Sessions from '../sessions/index.ts'
import { catchUp } from './catch-up.ts'
import { complete } from './closing.ts'
import type { Desk } from './desk.ts'
import { feed } from './feed.ts'
import type { Outbound, Reply } from './outbound.ts'
import * as Read from './read.ts'
import * as Settings from './settings.ts'

const HOUR = 60 * 60 * 1000
let t: TestDomain
let desk: Desk
let accounts = 0

beforeAll(async () => {
  t = await testDomain()
  desk = { ...t.domain, conversationTtl: 24 * HOUR, newConversationId: randomUUID }
})
afterAll(() => t.close())

/** A session of an account of its own. */
async function line() {
  const accountId = `account${++accounts}`
  await t.account(accountId)
  const session = await t.session(accountId)
  const of = { id: session.id, accountId }
  const says = (text: string, over = {}) => received(of, t.clock.now++, { text, ...over })
  const writes = (text: string, over = {}) => sent(of, t.clock.now++, { text, ...over })
  const active = (person = '+4915100000003') => Read.activeOf(t.store, accountId, person)
  const history = async (person?: string) => {
    const conversation = await active(person)
    return conversation
      ? (await Read.history(t.store, conversation.id, 1_000)).map(({ content }) => content)
      : []
  }
  return { session, accountId, says, writes, active, history }
}
const NOWHERE = { later: undefined, outbound: undefined }
const take = (...events: Event[]) => feed(desk, events, NOWHERE)

test('what a person writes and what is written to them is one conversation', async () => {
  const one = await line()
  await take(one.says('hello'), one.writes('hi'), one.says('bye'))
  expect(await one.active()).toMatchObject({
    channel: { type: 'session', sessionId: one.session.id },
    phoneNumber: '+4915100000003',
    address: CAROL,
    name: 'Carol',
    messageCount: 3,
    inbound: 2,
    outbound: 1,
  })
  expect(await one.history()).toEqual(['hello', 'hi', 'bye'])
})

test('what else a message carries is kept, and what only the connector may read is not', async () => {
  const one = await line()
  const media = { id: 'file1', state: 'pending' as const, mimetype: 'image/jpeg', size: 1_234 }
  const place = { latitude: 52.52, longitude: 13.405, name: 'Berlin', address: 'Alexanderplatz' }
  await take(
    one.says('look', { type: 'image', media, sealed: 'keys of the file' }),
    one.says('', { type: 'sticker', media: { mimetype: 'image/webp', animated: true } }),
    one.says('', { type: 'audio', media: { mimetype: 'audio/ogg', voice: true, durationSeconds: 3 } }),
    one.says('', { type: 'location', location: place }),
    one.says('', {
      type: 'contact',
      contacts: [{ name: 'Dave', phoneNumber: '+4917', vcard: 'BEGIN:VCARD' }],
    }),
    one.writes('which one?', {
      type: 'poll',
      poll: { question: 'which one?', options: ['a', 'b'], selectable: 1 },
    }),
    one.says('that one', {
      quoted: { messageId: '3EB0', fromMe: true, type: 'text', text: 'which one?' },
      forwarded: 2,
    }),
    one.says('👍', { type: 'reaction', target: { messageId: '3EB0', fromMe: true } }),
  )
  const conversation = await one.active()
  const messages = await Read.history(t.store, conversation!.id, 10)
  expect(messages.map(({ type, metadata }) => [type, metadata])).toEqual([
    ['image', { kind: 'image', media: [{ contentType: 'image/jpeg', id: 'file1', size: 1_234 }] }],
    ['image', { kind: 'sticker', media: [{ contentType: 'image/webp', animated: true }] }],
    ['text', { kind: 'audio', media: [{ contentType: 'audio/ogg', voice: true, durationSeconds: 3 }] }],
    [
      'text',
      {
        kind: 'location',
        location: { latitude: 52.52, longitude: 13.405, label: 'Berlin', address: 'Alexanderplatz' },
      },
    ],
    ['text', { kind: 'contact', contacts: [{ name: 'Dave', phoneNumber: '+4917' }] }],
    ['text', { kind: 'poll', poll: { question: 'which one?', options: ['a', 'b'], selectable: 1 } }],
    ['text', { kind: 'text', repliedTo: { id: '3EB0', fromMe: true, text: 'which one?' }, forwarded: true }],
  ])
})

test('an event that is fed again changes nothing, alone, in a batch, or beside new ones', async () => {
  const one = await line()
  const events = [one.says('one'), one.says('two'), one.writes('three')]
  await take(...events)
  await take(...events)
  await take(events[1] as Event)
  await take(...events, one.says('four'))
  await Promise.all([take(...events), take(...events, one.says('five')), take(one.says('six'), ...events)])
  expect((await one.history()).toSorted()).toEqual(['five', 'four', 'one', 'six', 'three', 'two'])
  expect(await one.active()).toMatchObject({ messageCount: 6, inbound: 5, outbound: 1 })
})

test('events that come late stand in their place and do not shorten anything', async () => {
  const one = await line()
  const early = one.says('early')
  const late = one.says('late')
  await take(late)
  const before = await one.active()
  await take(early)
  expect(await one.history()).toEqual(['early', 'late'])
  expect(await one.active()).toMatchObject({ lastActivity: before?.lastActivity, endsAt: before?.endsAt })
})

test('many lines and messages at once are each in their conversation, exactly once', async () => {
  const one = await line()
  const people = Array.from({ length: 30 }, (_, n) => `+49151${`${n}`.padStart(8, '0')}`)
  const events = people.flatMap((phone) =>
    Array.from({ length: 5 }, (_, n) =>
      one.says(`${n}`, { chatId: `${phone.slice(1)}@s.whatsapp.net`, sender: { phoneNumber: phone } }),
    ),
  )
  await Promise.all([take(...events), take(...events.toReversed())])
  for (const phone of people) {
    expect(await one.active(phone)).toMatchObject({ inbound: 5, messageCount: 5 })
    expect(await one.history(phone)).toEqual(['0', '1', '2', '3', '4'])
  }
})

test('a long batch of one person is cut into transactions', async () => {
  const one = await line()
  await take(...Array.from({ length: 130 }, (_, n) => one.says(`${n}`)))
  expect(await one.history()).toEqual(Array.from({ length: 130 }, (_, n) => `${n}`))
})

test('long messages are cut into transactions as well', async () => {
  const one = await line()
  const texts = Array.from({ length: 30 }, (_, n) => `${n} ${'😀'.repeat(32_000)}`)
  await take(...texts.map((text) => one.says(text)))
  expect(await one.active()).toMatchObject({ messageCount: 30 })
})

test('a pause of its lifetime ends a conversation, also within one batch', async () => {
  const one = await line()
  const before = one.says('before')
  t.clock.now += 24 * HOUR
  await take(before, one.says('after'))
  const { items } = await Read.everOf(t.store, one.accountId, '+4915100000003', { limit: 10 })
  expect(items.map(({ status, messageCount }) => [status, messageCount])).toEqual([
    ['active', 1],
    ['expired', 1],
  ])
})

test('a completed conversation is never reused', async () => {
  const one = await line()
  await take(one.says('first'))
  const first = await one.active()
  if (!first) throw new Error('no conversation')
  await complete(desk, first)
  await take(one.says('second'))
  expect((await one.active())?.id).not.toBe(first.id)
  expect(await one.history()).toEqual(['second'])
})

test('groups, channels and broadcasts are no conversations; a person without a number is one', async () => {
  const one = await line()
  for (const chatId of ['120363000000000001@g.us', 'status@broadcast', '120363@newsletter'])
    await take(one.says('x', { chatId }))
  expect(await Read.countActive(t.store, one.accountId)).toBe(0)
  await take(one.says('x', { chatId: '900003@lid', sender: { lid: '900003@lid', name: 'Dan' } }))
  expect(await one.active('900003@lid')).toMatchObject({
    phoneNumber: null,
    address: '900003@lid',
    name: 'Dan',
  })
})

test('a session can stay out of it', async () => {
  const one = await line()
  await Sessions.change(t.store, one.session.id, { settings: { conversations: false } })
  await take(one.says('private'))
  expect(await one.active()).toBeUndefined()
  await Sessions.change(t.store, one.session.id, { settings: { conversations: null } })
  await take(one.says('again'))
  expect(await one.history()).toEqual(['again'])
})

test('orders on linked sessions are read, and answered, where the account wants it', async () => {
  const one = await line()
  const replies: Reply[] = []
  const outbound: Outbound = {
    obstacle: () => undefined,
    async reply(_, reply) {
      replies.push(reply)
      throw new Error('not reached again')
    },
  }
  await feed(desk, [one.says('I need 5 units of Product A')], { later: undefined, outbound })
  expect((await one.active())?.orderDetails).toBeNull()
  expect(replies).toEqual([])

  const wanted = { orders: { sessions: true }, replies: { sessions: true } }
  await Settings.write(t.store, one.accountId, Settings.ConversationSettings.parse(wanted))
  const order = one.says('I need 5 units of Product A')
  await expect(feed(desk, [order], { later: undefined, outbound })).rejects.toThrow('not reached again')
  await expect(feed(desk, [order], { later: undefined, outbound })).rejects.toThrow('not reached again')
  expect((await one.active())?.orderDetails).toEqual({ items: [{ name: 'Product A', quantity: 5 }] })
  expect(replies.map(({ text, author }) => [text, author])).toEqual(
    Array(2).fill(['✅ Order received: 5 units of Product A', 'automatic']),
  )
  expect(new Set(replies.map(({ key }) => key)).size).toBe(1)

  const handedOn: Key[] = []
  await feed(desk, [one.says('and six of B')], { later: async (key) => void handedOn.push(key), outbound })
  expect(handedOn).toHaveLength(1)
})

test('the events of a conversation stand in the log of its session', async () => {
  const one = await line()
  await take(one.says('hello'))
  await take(one.writes('hi'))
  const conversation = await one.active()
  if (!conversation) throw new Error('no conversation')
  await complete(desk, conversation)
  const log = (await readLog(t.store, one.session.id, { limit: 100 })).items.filter(({ type }) =>
    type.startsWith('conv'),
  )
  expect(log.map(({ type }) => type)).toEqual([
    'conversation.started',
    'conversation.updated',
    'conversation.completed',
  ])
  expect(log[0]).toMatchObject({
    accountId: one.accountId,
    payload: {
      conversation: { id: conversation.id, status: 'active', phoneNumber: '+4915100000003' },
      messages: [{ content: 'hello', direction: 'inbound', author: 'customer' }],
    },
  })
})

test('what nobody told of is found in the log, once, and only what was missing', async () => {
  const one = await line()
  const events = [one.says('told'), one.says('lost'), one.writes('lost too')]
  await appendToLog(t.store, t.retention, events)
  await take(events[0] as Event)
  expect(await catchUp(desk, one.session, NOWHERE)).toBe(0)
  t.clock.now += 61_000
  expect(await catchUp(desk, one.session, NOWHERE)).toBe(2)
  expect(await catchUp(desk, one.session, NOWHERE)).toBe(0)
  expect(await one.history()).toEqual(['told', 'lost', 'lost too'])
  await Sessions.change(t.store, one.session.id, { settings: { conversations: false } })
  const off = await Sessions.living(t.store, one.session.id)
  await appendToLog(t.store, t.retention, [one.says('private')])
  t.clock.now += 61_000
  expect(await catchUp(desk, off, NOWHERE)).toBe(0)
})
