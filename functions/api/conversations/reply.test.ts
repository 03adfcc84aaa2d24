import { afterAll, beforeAll, expect, test } from 'vitest'
import { feed } from '#core/conversation/feed.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { received, sent } from '../../../test/support/events.ts'
import { asBody, tenant } from '../../../test/support/twilio-api.ts'
import { fakeTwilio, SECRET, SID } from '../../../test/support/twilio-rest.ts'

let w: World
let poor: World
let twilio: Awaited<ReturnType<typeof fakeTwilio>>

beforeAll(async () => {
  twilio = await fakeTwilio()
  const env = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: SECRET, TWILIO_API_URL: twilio.url }
  w = await apiWorld({ env })
  poor = await apiWorld()
})
afterAll(async () => {
  await Promise.all([w.close(), poor.close(), twilio.close()])
})

test('a reply leaves by Twilio, once, and its fate is shown', async () => {
  const { accountId, call, says } = await tenant(w)
  const { id } = await says('+15550000001')
  w.clock.now += 30_000
  const reply = (text: string, headers = {}) =>
    call('POST', `/api/conversations/${id}/messages`, { text }, headers)
  const first = await reply('It is on its way.', { 'Idempotency-Key': 'k1' })
  expect(first).toMatchObject({
    status: 202,
    body: {
      message: { content: 'It is on its way.', direction: 'outbound', author: 'agent', status: 'queued' },
    },
  })
  expect(twilio.requests.at(-1)?.form).toEqual({
    To: 'whatsapp:+15550000001',
    From: 'whatsapp:+14155238886',
    Body: 'It is on its way.',
  })
  const count = twilio.requests.length
  expect((await reply('It is on its way.', { 'Idempotency-Key': 'k1' })).body.message.id).toBe(
    first.body.message.id,
  )
  expect((await reply('Other', { 'Idempotency-Key': 'k1' })).body).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  expect(twilio.requests).toHaveLength(count)

  twilio.mood.refusal = { status: 400, code: 63016, message: 'Outside the allowed window.' }
  expect(await reply('Still there?')).toMatchObject({
    status: 502,
    body: { code: 'REPLY_REFUSED', details: { twilioCode: 63016 } },
  })
  twilio.mood.refusal = undefined
  const { messages } = (await call('GET', `/api/conversations/${id}/messages`)).body
  expect(messages).toMatchObject([
    { content: 'Still there?', status: 'failed', error: expect.stringContaining('63016') },
    { content: 'It is on its way.', status: 'queued', error: null },
    { content: 'Hello', direction: 'inbound', status: null },
  ])
  const summary = (await call('GET', `/api/conversations/${id}/summary`)).body.summary
  expect(summary).toMatchObject({
    messages: { total: 3, inbound: 1, outbound: 2, system: 0 },
    agentReplies: { count: 1, firstMs: 30_000, averageMs: 30_000 },
    waitingSince: null,
  })
  expect(accountId).toBeTruthy()
})

test('without credentials for Twilio a reply says so by name', async () => {
  const { call, says } = await tenant(poor)
  const { id } = await says('+15550000001')
  expect(await call('POST', `/api/conversations/${id}/messages`, { text: 'hi' })).toMatchObject({
    status: 501,
    body: { code: 'NOT_SUPPORTED', error: expect.stringContaining('TWILIO_ACCOUNT_SID') },
  })
  expect((await call('GET', `/api/conversations/${id}`)).body.conversation.messageCount).toBe(1)
})

test('a reply on a linked session is a message of its ledger, and once in the conversation', async () => {
  const session = await w.connected()
  const line = { id: session.id, accountId: 'acme' }
  const feeding = { later: undefined, outbound: undefined }
  await feed(w.deps, [received(line, w.clock.now, { text: 'Where is it?' })], feeding)
  const conversation = (await w.request('GET', `/api/conversations?sessionId=${session.id}`)).body
  const id = asBody(conversation).conversations[0]?.id
  await w.commands()
  w.clock.now += 5_000
  const path = `/api/conversations/${id}/messages`
  const post = async () => {
    const headers = { 'Idempotency-Key': 'k' }
    const { status, body } = await w.request('POST', path, { text: 'On its way.' }, { headers })
    return { status, body: asBody(body) }
  }
  const answer = await post()
  expect(answer).toMatchObject({
    status: 202,
    body: { message: { content: 'On its way.', status: 'accepted' } },
  })
  const { id: messageId } = answer.body.message
  expect((await post()).body.message.id).toBe(messageId)
  const commands = (await w.commands()).filter(({ command }) => command.type === 'message.send')
  expect(new Set(commands.map(({ command }) => 'messageId' in command && command.messageId))).toEqual(
    new Set([messageId]),
  )
  expect((await w.request('GET', `/api/messages/${messageId}`)).body.message).toMatchObject({
    sessionId: session.id,
    to: '+4915100000003',
    text: 'On its way.',
  })
  await feed(w.deps, [sent(line, w.clock.now, { id: messageId, text: 'On its way.' })], feeding)
  const { messages } = asBody((await w.request('GET', path)).body)
  expect(messages.map((one) => [one.content, one.author])).toEqual([
    ['On its way.', 'agent'],
    ['Where is it?', 'customer'],
  ])
})

test('a reply on a session that is not connected is refused, and is not in the conversation', async () => {
  const session: Session = await w.session('acme')
  const line = { id: session.id, accountId: 'acme' }
  await feed(w.deps, [received(line, w.clock.now)], { later: undefined, outbound: undefined })
  const list = asBody((await w.request('GET', `/api/conversations?sessionId=${session.id}`)).body)
  const path = `/api/conversations/${list.conversations[0]?.id}/messages`
  expect((await w.request('POST', path, { text: 'hi' })).body).toMatchObject({
    code: 'SESSION_NOT_CONNECTED',
  })
  expect(asBody((await w.request('GET', path)).body).messages).toHaveLength(1)
})
