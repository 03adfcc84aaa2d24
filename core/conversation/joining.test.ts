import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { CAROL, received, sent } from '../../test/support/events.ts'
import { Event } from '../contract/event.ts'
import { append as appendToLog } from '../log.ts'
import { read as readLog } from '../log-reader.ts'
import type { Store } from '../platform/dynamo.ts'
import { append } from './append.ts'
import { change } from './change.ts'
import { complete } from './closing.ts'
import type { Desk } from './desk.ts'
import { feed } from './feed.ts'
import { feedDirectly } from './feed-directly.ts'
import { guesses } from './guesses.ts'
import { join, moveOf } from './joining.ts'
import { systemMessage } from './message.ts'
import * as Read from './read.ts'

const HOUR = 60 * 60 * 1000
const [NUMBER, LID] = ['+4915100000003', '900003@lid']
const NOWHERE = { later: undefined, outbound: undefined }
let t: TestDomain
let desk: Desk
let accounts = 0

beforeAll(async () => {
  t = await testDomain()
  desk = { ...t.domain, conversationTtl: 24 * HOUR, newConversationId: randomUUID }
})
afterAll(() => t.close())

/** A session of an account of its own; somebody writes to it under a LID and under a number. */
async function line() {
  const accountId = `joining${++accounts}`
  await t.account(accountId)
  const session = await t.session(accountId)
  const of = { id: session.id, accountId }
  const hidden = { chatId: LID, from: LID, sender: { lid: LID, name: 'Carol' } }
  const move = moveOf({ sessionId: session.id, accountId }, { from: LID, to: CAROL })
  if (!move) throw new Error('nothing would move')
  const take = (...events: Event[]) => feed(desk, events, NOWHERE)
  const active = (person = NUMBER) => Read.activeOf(t.store, accountId, person)
  return {
    session,
    accountId,
    byLid: (text: string) => received(of, t.clock.now++, { text, ...hidden }),
    byNumber: (text: string) => received(of, t.clock.now++, { text }),
    writes: (text: string) => sent(of, t.clock.now++, { text }),
    take,
    active,
    /** From now on it is known whose LID that is. */
    async learns() {
      const contact = { id: CAROL, phoneNumber: NUMBER, lid: LID, pushName: 'Carol' }
      const timestamp = new Date(t.clock.now++).toISOString()
      const payload = { contact, formerId: LID }
      const base = { id: t.newEventId(), sessionId: session.id, accountId, timestamp }
      await appendToLog(t.store, t.retention, [{ ...base, type: 'contact.updated', payload }])
    },
    join: (store: Store = t.store) => join({ ...desk, store }, move),
    history: async (id: string) =>
      (await Read.history(t.store, id, 1_000))
        .filter(({ type }) => type !== 'system')
        .map(({ content }) => content),
    told: async (type: Event['type']) =>
      (await readLog(t.store, session.id, { limit: 1_000 })).items.filter((event) => event.type === type),
    ever: async (person: string) =>
      (await Read.everOf(t.store, accountId, person, { limit: 10 })).items.map(({ id }) => id),
    listed: async () => (await Read.list(t.store, accountId, { limit: 100 })).items.map(({ id }) => id),
  }
}

/** One of both kinds goes on, the one under the LID began first. */
async function apart() {
  const one = await line()
  await one.take(one.byLid('hidden 1'), one.byLid('hidden 2'))
  const hidden = await one.active(LID)
  await one.take(one.byNumber('open 1'), one.writes('open 2'))
  const open = await one.active(NUMBER)
  if (!hidden || !open) throw new Error('there are not two')
  return { ...one, hidden, open }
}

test('a conversation that began under a LID goes on under the number, and those before are the person’s too', async () => {
  const one = await line()
  await one.take(one.byLid('before'))
  const before = await one.active(LID)
  if (before) await complete(desk, before)
  await one.take(one.byLid('hello'))
  const hidden = await one.active(LID)
  await one.learns()
  const [event] = (await one.join()).map((item) => Event.parse(item))
  expect(event).toMatchObject({
    type: 'conversation.updated',
    payload: { conversation: { id: hidden?.id, phoneNumber: NUMBER, lid: LID }, changed: ['person'] },
  })
  await one.take(one.byNumber('and again'))
  const now = await one.active()
  expect(now).toMatchObject({ id: hidden?.id, person: NUMBER, phoneNumber: NUMBER, lid: LID, address: CAROL })
  expect(await one.history(now?.id ?? '')).toEqual(['hello', 'and again'])
  expect(await one.ever(NUMBER)).toEqual([hidden?.id, before?.id])
  expect(await one.ever(LID)).toEqual([])
  expect(await one.active(LID)).toBeUndefined()
  expect(await one.join()).toEqual([])
})

test('of two that go on the older one stays, with everything of both, and the other one leads there', async () => {
  const one = await apart()
  await change(desk, one.hidden, {
    context: { step: 1, by: 'us' },
    orderDetails: {
      items: [
        { name: 'A', quantity: 5 },
        { name: 'B', quantity: 1 },
      ],
    },
  })
  await change(desk, one.open, {
    context: { step: 2 },
    metadata: { tag: 'vip' },
    orderDetails: { items: [{ name: 'B', quantity: 3 }], note: 'urgent' },
  })
  await one.learns()
  const [told] = (await one.join()).map((item) => Event.parse(item))
  const { id } = one.hidden
  expect(told).toMatchObject({
    type: 'conversation.merged',
    payload: { conversation: { id, phoneNumber: NUMBER, lid: LID, status: 'active' }, mergedId: one.open.id },
  })
  const merged = await one.active()
  expect(merged).toMatchObject({
    id,
    phoneNumber: NUMBER,
    lid: LID,
    messageCount: 5,
    inbound: 3,
    outbound: 1,
    replies: 1,
    context: { step: 2, by: 'us' },
    metadata: { tag: 'vip' },
    orderDetails: {
      items: [
        { name: 'A', quantity: 5 },
        { name: 'B', quantity: 3 },
      ],
      note: 'urgent',
    },
  })
  expect(merged?.awaitingReply).toBeUndefined()
  expect(await one.history(id)).toEqual(['hidden 1', 'hidden 2', 'open 1', 'open 2'])
  expect((await Read.messagesOf(t.store, one.open.id, { limit: 10 })).items).toEqual([])
  expect(await Read.living(t.store, one.accountId, one.open.id)).toMatchObject({ id })
  expect(await one.listed()).toEqual([id])
  expect(await one.ever(NUMBER)).toEqual([id])
  expect(await one.ever(LID)).toEqual([])
  expect(await one.join()).toEqual([])
})

test('what is done to the one that went into the other is done to the other', async () => {
  const one = await apart()
  await one.learns()
  await one.join()
  await change(desk, one.open, { context: { noted: true } })
  await append(desk, one.open, (_, at) => ({ messages: [systemMessage(randomUUID(), at, 'Note')] }))
  expect(await one.active()).toMatchObject({ id: one.hidden.id, context: { noted: true }, messageCount: 6 })
  await complete(desk, one.open)
  expect(await one.active()).toBeUndefined()
  expect(await Read.living(t.store, one.accountId, one.hidden.id)).toMatchObject({ status: 'completed' })
})

test('what was said under the LID and comes late is said to the number', async () => {
  const one = await apart()
  const late = [one.byLid('late 1'), one.byLid('late 2')]
  await one.learns()
  await one.take(...late.slice(0, 1))
  await one.join()
  await one.take(...late, ...late)
  const { id } = one.hidden
  expect(await one.active(LID)).toBeUndefined()
  expect((await one.history(id)).toSorted()).toEqual(
    ['hidden 1', 'hidden 2', 'late 1', 'late 2', 'open 1', 'open 2'].toSorted(),
  )
})

test('a process that believes that the LID is all there is writes nothing under it', async () => {
  const one = await line()
  const writing = { ...desk, guesses: guesses() }
  await feedDirectly(writing, [one.byLid('hello')])
  const meanwhile = one.byLid('still hidden')
  const store: Store = {
    ...t.store,
    // The number becomes known between its look and its write.
    async transact(writes) {
      await one.learns()
      return t.store.transact(writes)
    },
  }
  const { left } = await feedDirectly({ ...writing, store }, [meanwhile])
  expect(left).toEqual([meanwhile])
  await one.take(...left)
  await one.join()
  const now = await one.active()
  expect(await one.history(now?.id ?? '')).toEqual(['hello', 'still hidden'])
  expect(await one.active(LID)).toBeUndefined()
})

test('what somebody else did between two looks is no conversation with itself', async () => {
  const one = await apart()
  await one.learns()
  let looks = 0
  const store: Store = {
    ...t.store,
    // The pointer of the LID is looked at before the other one joins them, that of the number after.
    get: async (...asked) => {
      if (++looks === 2) await one.join()
      return t.store.get(...asked)
    },
  }
  expect(await one.join(store)).toEqual([])
  expect(looks).toBeGreaterThan(2)
  expect(await one.history(one.hidden.id)).toEqual(['hidden 1', 'hidden 2', 'open 1', 'open 2'])
})

test('whatever is cut off is done by the next attempt', async () => {
  for (let stop = 1; ; stop++) {
    const one = await apart()
    await one.learns()
    let calls = 0
    const store: Store = {
      ...t.store,
      async transact(writes) {
        if (++calls === stop) throw new Error('the process ended here')
        return t.store.transact(writes)
      },
    }
    const isCut = await one.join(store).then(
      () => false,
      () => true,
    )
    await one.join()
    expect(await one.listed()).toEqual([one.hidden.id])
    expect(await one.history(one.hidden.id)).toEqual(['hidden 1', 'hidden 2', 'open 1', 'open 2'])
    expect(await one.active()).toMatchObject({ id: one.hidden.id, messageCount: 5 })
    expect(await one.told('conversation.merged')).toHaveLength(1)
    expect([...(await one.ever(NUMBER)), ...(await one.ever(LID))]).toEqual([one.hidden.id])
    if (!isCut) return
  }
})

test('everybody writes at once, and there is one conversation with all of it', async () => {
  for (let round = 0; round < 4; round++) {
    const one = await apart()
    const said = Array.from({ length: 12 }, (_, index) =>
      index % 2 ? one.byLid(`more ${index}`) : one.byNumber(`more ${index}`),
    )
    await one.learns()
    const note = (id: string, key: string) =>
      change(desk, id === one.open.id ? one.open : one.hidden, { context: { [key]: round } })
    const reply = (id: string, name: string) =>
      append(desk, { accountId: one.accountId, id }, (_, at) => ({
        messages: [systemMessage(name, at, name)],
      }))
    await Promise.all([
      one.join(),
      ...said.map((event) => one.take(event)),
      one.join(),
      note(one.open.id, 'a'),
      note(one.hidden.id, 'b'),
      reply(one.open.id, 'noted 1'),
      reply(one.hidden.id, 'noted 2'),
      one.join(),
      ...said.slice(0, 4).map((event) => one.take(event)),
    ])
    await one.join()
    const now = await one.active()
    expect(now).toMatchObject({ id: one.hidden.id, context: { a: round, b: round } })
    expect(await one.listed()).toEqual([one.hidden.id])
    expect(await one.active(LID)).toBeUndefined()
    const texts = (await one.history(one.hidden.id)).toSorted()
    const expected = ['hidden 1', 'hidden 2', 'open 1', 'open 2', ...said.map((_, index) => `more ${index}`)]
    expect(texts).toEqual(expected.toSorted())
    const all = await Read.history(t.store, one.hidden.id, 1_000)
    expect(now?.messageCount).toBe(all.length)
    expect(all.filter(({ type }) => type === 'system')).toHaveLength(3)
    expect(await one.told('conversation.merged')).toHaveLength(1)
  }
})
