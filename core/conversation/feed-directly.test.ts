import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countCalls } from '../../test/support/calls.ts'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { received, sent } from '../../test/support/events.ts'
import type { Event } from '../contract/event.ts'
import { complete } from './closing.ts'
import { feed } from './feed.ts'
import { feedDirectly } from './feed-directly.ts'
import { guesses } from './guesses.ts'
import * as Read from './read.ts'
import * as Settings from './settings.ts'

const PERSON = '+4915100000003'
let t: TestDomain
let calls = 0
let accounts = 0
let accountId = ''
let of = { id: '', accountId: '' }
let desk: Parameters<typeof feedDirectly>[0]

beforeAll(async () => {
  t = await testDomain()
  countCalls(t.db.dynamo, () => calls++)
})
afterAll(() => t.close())
beforeEach(async () => {
  accountId = `account${++accounts}`
  await t.account(accountId)
  const session = await t.session(accountId)
  of = { id: session.id, accountId }
  desk = {
    ...t.domain,
    conversationTtl: 60_000,
    newConversationId: randomUUID,
    guesses: guesses(),
  }
  calls = 0
})

const says = (text: string, over = {}) => received(of, t.clock.now++, { text, ...over })
const active = () => Read.activeOf(t.store, accountId, PERSON)
const history = async () => {
  const conversation = await active()
  return conversation ? (await Read.history(t.store, conversation.id, 100)).map(({ content }) => content) : []
}
/** As the consumer of the queue does with what is left. */
const feedAll = (events: Event[]) => feed(desk, events, { later: undefined, outbound: undefined })

test('once a line is known, a message of it is one call', async () => {
  expect((await feedDirectly(desk, [says('one')])).left).toEqual([])
  calls = 0
  const { left, written } = await feedDirectly(desk, [
    says('two'),
    sent(of, t.clock.now++, { text: 'three' }),
  ])
  expect(calls).toBe(1)
  expect(left).toEqual([])
  expect(written.map(({ sessionId, type }) => [sessionId, type])).toEqual([[of.id, 'conversation.updated']])
  expect(await history()).toEqual(['one', 'two', 'three'])
})

test('a guess that is wrong writes nothing, and the queue puts it right', async () => {
  await feedDirectly(desk, [says('one')])
  const first = await active()
  if (!first) throw new Error('no conversation began')
  await complete(desk, first)
  const event = says('a new matter')
  expect(await feedDirectly(desk, [event])).toEqual({ left: [event], written: [] })
  await feedAll([event])
  expect(await history()).toEqual(['a new matter'])
  expect((await feedDirectly(desk, [says('and more')])).left).toEqual([])
  expect(await history()).toEqual(['a new matter', 'and more'])
})

test('what was taken before is not taken again, by whichever way', async () => {
  const event = says('once')
  await feedDirectly(desk, [event])
  expect((await feedDirectly(desk, [event])).left).toEqual([event])
  await feedAll([event])
  expect(await history()).toEqual(['once'])
})

test('an account that wants its orders read is left to those who read them, also when it changes its mind', async () => {
  await feedDirectly(desk, [says('hello')])
  await Settings.write(
    t.store,
    accountId,
    Settings.ConversationSettings.parse({ orders: { sessions: true } }),
  )
  const first = says('2 pizzas please')
  expect((await feedDirectly(desk, [first])).left).toEqual([first])
  const second = says('and a salad')
  expect((await feedDirectly(desk, [second])).left).toEqual([second])
})

test('lines of several accounts go together, and only those that want more are left', async () => {
  const event = says('plain')
  await t.account('wanting')
  const other = await t.session('wanting')
  await Settings.write(
    t.store,
    'wanting',
    Settings.ConversationSettings.parse({ replies: { sessions: true } }),
  )
  const wanting = received({ id: other.id, accountId: 'wanting' }, t.clock.now++, { text: 'reply to me' })
  expect((await feedDirectly(desk, [event, wanting])).left).toEqual([wanting])
  expect(await history()).toEqual(['plain'])
})

test('a conversation that has lapsed by the clock is followed by another', async () => {
  await feedDirectly(desk, [says('one')])
  const { id } = (await active()) ?? {}
  t.clock.now += 61_000
  const event = says('much later')
  const { left } = await feedDirectly(desk, [event])
  if (left.length > 0) await feedAll(left)
  expect((await active())?.id).not.toBe(id)
  expect(await history()).toEqual(['much later'])
})
