import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as Accounts from '#core/account.ts'
import { ConversationConfig, OrdersConfig, TwilioConfig } from '#core/conversation/config.ts'
import { openConversations } from '#core/conversation/open.ts'
import * as Read from '#core/conversation/read.ts'
import * as Settings from '#core/conversation/settings.ts'
import { statuses } from '#core/conversation/statuses.ts'
import type { Key } from '#core/platform/dynamo.ts'
import { completion, fakeModel, order } from '../../test/support/twilio-model.ts'
import { fakeTwilio, SECRET, SID } from '../../test/support/twilio-rest.ts'
import { inbound, newSid, type TwilioWorld, twilioWorld } from '../../test/support/twilio-world.ts'
import { until } from '../../test/support/until.ts'
import { tend } from '../cron/conversations.ts'
import { ordersConsumer, reader } from './orders.ts'

type Fake<T extends (...args: never[]) => unknown> = Awaited<ReturnType<T>>
let w: TwilioWorld
let model: Fake<typeof fakeModel>
let twilio: Fake<typeof fakeTwilio>
let people = 0
const MODEL_GIVES_UP_MS = 6_000
/** A model that answers after this is late for a webhook that does not wait, on any machine, and in time for itself. */
const LATE_MS = 2_500
const webhookWaits = (ms: number) => Object.assign(w.hook.reading, { answerWithin: ms })
/** What the queue holds, and whether it works. */
const queue = { jobs: [] as Key[], broken: false, carries: true }
let deliver: (key: Key) => Promise<void>
let deps: ReturnType<typeof openConversations>
let read: ReturnType<typeof reader>

beforeAll(async () => {
  model = await fakeModel()
  twilio = await fakeTwilio()
  w = await twilioWorld({
    reading: {
      async later(key) {
        if (queue.broken) throw new Error('the queue is down')
        queue.jobs.push(key)
        if (queue.carries) void deliver(key)
      },
    },
  })
  await w.domain.account('acme')
  const env = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: `${SECRET},other`, TWILIO_API_URL: twilio.url }
  const config = ConversationConfig.extend(TwilioConfig.shape).parse(env)
  deps = openConversations(w.domain.domain, { ...config, PUBLIC_ORIGIN: 'https://lines.example.org' })
  read = reader(w.desk.store, {
    ...OrdersConfig.partial().parse({}),
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'test',
    OPENAI_TIME_LIMIT_MS: MODEL_GIVES_UP_MS,
    OPENAI_RETRIES: 0,
    OPENAI_TOKENS_PER_DAY: 1_000_000,
  } as OrdersConfig)
  const consume = ordersConsumer(deps, read)
  deliver = async ({ pk, sk }) => {
    await consume([{ messageId: randomUUID(), body: JSON.stringify({ v: 1, seen: { pk, sk } }) }])
  }
})
afterAll(async () => {
  await Promise.all([model.close(), twilio.close(), w.close()])
})
beforeEach(() => {
  Object.assign(queue, { jobs: [], broken: false, carries: true })
  webhookWaits(20_000)
  Object.assign(twilio.mood, { refusal: undefined, hang: false })
  model.answers(() => ({ body: completion(order({ name: 'Green tea', quantity: 4 })) }))
})

function answersLate() {
  webhookWaits(100)
  model.answers(() => ({ afterMs: LATE_MS, body: completion(order({ name: 'Green tea', quantity: 4 })) }))
}
const person = () => {
  const phone = `+1666${`${++people}`.padStart(7, '0')}`
  return { phone, From: `whatsapp:${phone}` }
}
const said = async (phone: string) => {
  const conversation = await Read.activeOf(w.desk.store, 'acme', phone)
  return conversation ? Read.history(w.desk.store, conversation.id, 100) : []
}
const orderOf = async (phone: string) => (await Read.activeOf(w.desk.store, 'acme', phone))?.orderDetails
const say = (From: string, Body = 'four green tea please, as last time') =>
  w.post({ form: inbound({ From, Body }) })
const untilSaid = (phone: string, count: number) =>
  until(`${count} messages`, async () => {
    const messages = await said(phone)
    return messages.length >= count ? messages : undefined
  })

test('a model that answers in time answers the webhook', async () => {
  const { phone, From } = person()
  const answer = await say(From)
  expect(answer.reply).toBe('✅ Order received: 4 units of Green tea')
  expect(await said(phone)).toMatchObject([
    { direction: 'inbound', author: 'customer' },
    { direction: 'outbound', author: 'automatic', content: answer.reply },
  ])
  expect(await orderOf(phone)).toEqual({ items: [{ name: 'Green tea', quantity: 4 }] })
  expect(twilio.requests).toHaveLength(0)
})

test('a model that is slower than the webhook may wait is heard later, and its reply is sent', async () => {
  const { phone, From } = person()
  answersLate()
  const form = inbound({ From, Body: 'four green tea' })
  const began = performance.now()
  const answer = await w.post({ form })
  expect(performance.now() - began).toBeLessThan(LATE_MS)
  expect(answer).toMatchObject({ status: 200, reply: null })
  const [, reply] = await untilSaid(phone, 2)
  expect(reply).toMatchObject({ author: 'automatic', content: '✅ Order received: 4 units of Green tea' })
  const sent = await until('the request to Twilio', () => twilio.requests.at(-1))
  expect(sent.form).toEqual({
    To: From,
    From: 'whatsapp:+14155238886',
    Body: '✅ Order received: 4 units of Green tea',
    StatusCallback: 'https://lines.example.org/twilio-webhook-opt',
  })
  expect((await w.post({ form })).text).toBe(answer.text)
  expect(await said(phone)).toHaveLength(2)
})

test('meanwhile the account’s template can say so', async () => {
  const { phone, From } = person()
  answersLate()
  const settings = Settings.ConversationSettings.parse({ templates: { later: 'One moment, {customer}.' } })
  await Settings.write(w.desk.store, 'acme', settings)
  expect((await say(From)).reply).toBe('One moment, John Doe.')
  expect((await untilSaid(phone, 3)).map(({ content }) => content)).toEqual([
    'four green tea please, as last time',
    'One moment, John Doe.',
    '✅ Order received: 4 units of Green tea',
  ])
  await Settings.write(w.desk.store, 'acme', Settings.ConversationSettings.parse({}))
})

test.each([
  [
    'answers nonsense',
    () => ({ body: completion('tea, I guess') }),
    'The model answered something that is not an order.',
  ],
  ['refuses', () => ({ status: 401 }), 'The model refused the request.'],
  ['is broken', () => ({ status: 500 }), 'The model could not be reached.'],
])('a model that %s is replaced by the rules, and that is noted', async (_, answer, why) => {
  const { phone, From } = person()
  model.answers(answer)
  expect((await say(From, '3 units of Product A')).reply).toBe('✅ Order received: 3 units of Product A')
  expect(await said(phone)).toMatchObject([
    { type: 'text', content: '3 units of Product A' },
    { type: 'system', author: 'system', content: `${why} The rules engine read the message instead.` },
    { type: 'text', author: 'automatic' },
  ])
  expect(await orderOf(phone)).toEqual({ items: [{ name: 'Product A', quantity: 3 }] })
})

test('a model that never answers costs its time limit, and then the rules reply', async () => {
  const { phone, From } = person()
  webhookWaits(100)
  model.answers(() => ({ hang: true }))
  expect((await say(From, '3 units of Product A')).reply).toBeNull()
  const messages = await untilSaid(phone, 3)
  expect(messages.map(({ type, content }) => [type, content])).toEqual([
    ['text', '3 units of Product A'],
    ['system', 'The model did not answer in time. The rules engine read the message instead.'],
    ['text', '✅ Order received: 3 units of Product A'],
  ])
})

test('a queue that does not take the message costs nothing but the model', async () => {
  const { phone, From } = person()
  queue.broken = true
  expect((await say(From, '3 units of Product A')).reply).toBe('✅ Order received: 3 units of Product A')
  expect((await said(phone)).map(({ type }) => type)).toEqual(['text', 'system', 'text'])
})

test('equal deliveries while the model thinks get one answer', async () => {
  const { phone, From } = person()
  model.answers(() => ({ afterMs: 300, body: completion(order({ name: 'Green tea', quantity: 4 })) }))
  const form = inbound({ From, Body: 'four green tea' })
  const answers = await Promise.all([w.post({ form }), w.post({ form }), w.post({ form })])
  expect(answers.map(({ reply }) => reply)).toEqual(Array(3).fill('✅ Order received: 4 units of Green tea'))
  expect(await said(phone)).toHaveLength(2)
})

test('work that the queue brings twice is done once', async () => {
  const { phone, From } = person()
  await say(From)
  const [key] = queue.jobs
  if (!key) throw new Error('nothing was handed on')
  const asked = model.asked.length
  await Promise.all([deliver(key), deliver(key)])
  expect(model.asked).toHaveLength(asked)
  expect(await said(phone)).toHaveLength(2)
})

test('work that the queue lost is found by the timed job', async () => {
  const { phone, From } = person()
  queue.carries = false
  webhookWaits(100)
  expect((await say(From)).reply).toBeNull()
  await tend(deps, deliver, read)
  expect(await said(phone)).toHaveLength(1)
  w.clock.now += 61_000
  const tended = await tend(deps, deliver, read)
  expect(tended.handedOn).toBe(1)
  expect((await untilSaid(phone, 2)).at(-1)?.content).toBe('✅ Order received: 4 units of Green tea')
  w.clock.now += 6 * 60_000
  expect((await tend(deps, deliver, read)).handedOn).toBe(0)
})

test('a reply that its webhook could not give is sent by the timed job', async () => {
  const { phone, From } = person()
  queue.carries = false
  const later = async (key: Key) => void queue.jobs.push(key)
  const get: typeof w.desk.store.get = () => Promise.reject(new Error('this function has ended'))
  const dying = {
    ...w.hook,
    desk: { ...w.desk, store: { ...w.desk.store, get } },
    reading: { ...w.hook.reading, later },
  }
  expect((await w.post({ form: inbound({ From, Body: 'four green tea' }), hook: dying })).status).toBe(500)
  await deliver(await until('the message to be handed on', () => queue.jobs[0]))
  const before = twilio.requests.length
  w.clock.now += 61_000
  await tend(deps, deliver, read)
  await tend(deps, deliver, read)
  const reply = '✅ Order received: 4 units of Green tea'
  expect(twilio.requests.slice(before).map(({ form }) => form.Body)).toEqual([reply])
  expect(await orderOf(phone)).toMatchObject({ items: [{ name: 'Green tea' }] })
})

test('without credentials for Twilio a late reply is noted and not sent', async () => {
  const { phone, From } = person()
  answersLate()
  const before = twilio.requests.length
  const config = ConversationConfig.extend(TwilioConfig.shape).parse({})
  const poor = openConversations(w.domain.domain, { ...config, PUBLIC_ORIGIN: 'https://lines.example.org' })
  queue.carries = false
  const posting = say(From)
  const key = await until('the message to be handed on', () => queue.jobs[0])
  await Promise.all([
    posting,
    ordersConsumer(poor, read)([{ messageId: '1', body: JSON.stringify({ v: 1, seen: key }) }]),
  ])
  expect((await untilSaid(phone, 2)).at(-1)).toMatchObject({
    type: 'system',
    content: expect.stringContaining('The reply was not sent.'),
    metadata: { reply: '✅ Order received: 4 units of Green tea' },
  })
  expect(await orderOf(phone)).toMatchObject({ items: [{ name: 'Green tea' }] })
  expect(twilio.requests).toHaveLength(before)
})

test('a late reply that Twilio refuses is noted', async () => {
  const { phone, From } = person()
  twilio.mood.refusal = { status: 400, code: 63016, message: 'Outside the allowed window.' }
  answersLate()
  await say(From)
  const messages = await untilSaid(phone, 3)
  expect(messages.at(-1)).toMatchObject({
    type: 'system',
    content: 'The reply was not sent. Twilio refused the message: Outside the allowed window.',
  })
  const conversation = await Read.activeOf(w.desk.store, 'acme', phone)
  if (!conversation) throw new Error('no conversation')
  const reached = await statuses(w.desk.store, conversation, messages)
  expect([...reached.values()]).toEqual([{ status: 'failed', error: expect.stringContaining('63016') }])
})

test('a job that is none comes back, and the others are done', async () => {
  const { phone, From } = person()
  queue.carries = false
  const posting = say(From)
  const key = await until('the message to be handed on', () => queue.jobs[0])
  const answer = await ordersConsumer(
    deps,
    read,
  )([
    { messageId: 'bad', body: '{"v":2}' },
    { messageId: 'worse', body: 'no json' },
    { messageId: 'good', body: JSON.stringify({ v: 1, seen: key }) },
    { messageId: 'unknown', body: JSON.stringify({ v: 1, seen: { pk: newSid(), sk: 'SEEN' } }) },
  ])
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['bad', 'worse'])
  expect((await posting).reply).toBe('✅ Order received: 4 units of Green tea')
  expect(await said(phone)).toHaveLength(2)
})

test('accounts are attended to', async () => {
  const all: string[] = []
  for await (const { id } of Accounts.all(w.desk.store)) all.push(id)
  expect(all).toEqual(['acme'])
})
