import { afterAll, beforeAll, expect, test } from 'vitest'
import { inbox, type Line, linkLine } from '../support/line.ts'
import { type Stack, stack } from '../support/stack.ts'
import { completion, fakeModel, order } from '../support/twilio-model.ts'
import { fakeTwilio, SECRET, SID } from '../support/twilio-rest.ts'
import { encode, type Form, inbound, replyOf, signatureOf } from '../support/twilio-world.ts'
import { until } from '../support/until.ts'

const OWN = '+4915155500001'
const FRIEND = '+4915155500002'
const HIDDEN = '+4915155500009'
/** Long enough for a model that answers at once, also where this machine is busy. */
const ANSWER_WITHIN_MS = 5_000
type Session = {
  session: { session_id: string; order_details: unknown }
  conversation_history: { content: string; direction: string }[]
}
type Listed = { id: string; phoneNumber: string | null; lid: string }
type Messages = { messages: { content: string; author: string; status: string | null }[] }

let it: Stack
let line: Line
let model: Awaited<ReturnType<typeof fakeModel>>
let twilio: Awaited<ReturnType<typeof fakeTwilio>>

beforeAll(async () => {
  model = await fakeModel()
  twilio = await fakeTwilio()
  it = await stack({
    env: {
      TWILIO_AUTH_TOKEN: `${SECRET},old-token`,
      TWILIO_ACCOUNT_SID: SID,
      TWILIO_API_URL: twilio.url,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      TWILIO_ANSWER_WITHIN_MS: `${ANSWER_WITHIN_MS}`,
      SOME_SETTING: '',
    },
  })
  line = await linkLine(it, OWN)
})
afterAll(async () => {
  await it?.close()
  await Promise.all([model.close(), twilio.close()])
})

const post = async (form: Form, token = SECRET) => {
  const url = `${it.origin}/twilio-webhook-opt?who=O'Brien`
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signatureOf(form, { url, token }),
    },
    body: encode(form),
  })
  return { status: response.status, reply: replyOf(await response.text()) }
}
const sessionOf = (phone: string) => it.api<Session>(`/session/${encodeURIComponent(phone)}`)

test('a webhook, a model, and the conversation that they make', async () => {
  model.answers(() => ({ body: completion(order({ name: 'Green tea', quantity: 4 })) }))
  const form = inbound({ From: 'whatsapp:+1234567890', Body: 'four green tea' })
  expect(await post(form, 'old-token')).toEqual({
    status: 200,
    reply: '✅ Order received: 4 units of Green tea',
  })
  expect((await post(form, 'no-token')).status).toBe(403)
  const { body } = await sessionOf('+1234567890')
  expect(body.session.order_details).toEqual({ items: [{ name: 'Green tea', quantity: 4 }] })
  expect(body.conversation_history.map(({ direction }) => direction)).toEqual(['inbound', 'outbound'])
})

test('a slow model is answered for later, through Twilio', async () => {
  model.answers(() => ({
    afterMs: ANSWER_WITHIN_MS + 1_000,
    body: completion(order({ name: 'Coffee', quantity: 2 })),
  }))
  expect((await post(inbound({ From: 'whatsapp:+1234567891', Body: 'two coffee' }))).reply).toBeNull()
  const sent = await until('the reply is sent', () =>
    twilio.requests.find(({ form }) => form.To?.endsWith('91')),
  )
  expect(sent.form).toMatchObject({
    From: 'whatsapp:+14155238886',
    Body: '✅ Order received: 2 units of Coffee',
  })
})

test('a linked session feeds its conversations, and replies leave by it', async () => {
  await it.sandbox(`/phones/${FRIEND}/send`, { json: { to: OWN, text: 'Where is it?' } })
  const { body } = await until('the conversation', async () => {
    const answer = await sessionOf(FRIEND)
    return answer.status === 200 ? answer : undefined
  })
  const path = `/api/conversations/${body.session.session_id}/messages`
  expect((await it.api(path, { json: { text: 'On its way' } })).status).toBe(202)
  await until('the reply arrives', async () =>
    (await inbox(it, FRIEND)).messages.some(({ text }) => text === 'On its way'),
  )
  const messages = await until('the reply is delivered', async () => {
    const { messages } = (await it.api<Messages>(path)).body
    return messages[0]?.status === 'delivered' ? messages : undefined
  })
  expect(messages.map(({ content, author }) => [content, author])).toEqual([
    ['On its way', 'agent'],
    ['Where is it?', 'customer'],
  ])
  expect(line.sessionId).toBeTruthy()
})

test('somebody who shows the number later goes on in the same conversation', async () => {
  const phone = (path: string, json: object) => it.sandbox(`/phones/${HIDDEN}${path}`, { json })
  const ofLine = async () =>
    (await it.api<{ conversations: Listed[] }>(`/api/conversations?sessionId=${line.sessionId}`)).body
      .conversations
  await phone('/hide-number', { hidden: true })
  await phone('/send', { to: OWN, text: 'Is it mine?' })
  const hidden = await until('the conversation', async () =>
    (await ofLine()).find(({ phoneNumber }) => !phoneNumber),
  )
  expect(hidden.lid).toMatch(/@lid$/)
  const path = `/api/conversations/${hidden.id}`
  expect((await it.api(`${path}/messages`, { json: { text: 'Who asks?' } })).status).toBe(202)

  await phone('/hide-number', { hidden: false })
  await phone('/send', { to: OWN, text: 'It is me' })
  const said = await until('all of it is one conversation', async () => {
    const { messages } = (await it.api<Messages>(`${path}/messages`)).body
    const texts = messages.flatMap(({ author, content }) => (author === 'system' ? [] : [content]))
    return texts.length >= 3 && texts
  })
  expect(said.toReversed()).toEqual(['Is it mine?', 'Who asks?', 'It is me'])
  await until('nothing else goes on with that person', async () => {
    const theirs = (await ofLine()).filter(
      ({ lid, phoneNumber }) => lid === hidden.lid || phoneNumber === HIDDEN,
    )
    return theirs.length === 1
  })
  for (const person of [HIDDEN, hidden.lid])
    expect((await sessionOf(person)).body.session.session_id).toBe(hidden.id)
  const { events } = (
    await it.api<{ events: { type: string; payload: { changed?: string[] } }[] }>(
      `/api/sessions/${line.sessionId}/events?limit=500`,
    )
  ).body
  expect(
    events.some(({ type, payload }) => type === 'conversation.merged' || payload.changed?.includes('person')),
  ).toBe(true)
})

test('conversations survive a SIGKILL of everything, and expire by the clock', async () => {
  model.answers(() => ({ body: completion(order({ name: 'Tea', quantity: 1 })) }))
  await post(inbound({ From: 'whatsapp:+1234567892', Body: 'Hello' }))
  const before = await sessionOf('+1234567892')
  expect(before.status).toBe(200)
  await it.kill('all')
  await it.restart({ CONVERSATION_TTL_HOURS: '0.0015' })
  expect((await sessionOf('+1234567892')).body).toEqual(before.body)

  await post(inbound({ From: 'whatsapp:+1234567893', Body: 'Hello' }))
  await until('it has expired', async () => (await sessionOf('+1234567893')).status === 404)
  const list = await it.api<{ conversations: { status: string }[] }>(
    '/api/conversations?phoneNumber=%2B1234567893',
  )
  expect(list.body.conversations).toMatchObject([{ status: 'expired' }])
  await until('that it expired is written down', async () => {
    const { body } = await it.api<{ events: { type: string }[] }>('/api/conversations/events?limit=1000')
    return body.events.some(({ type }) => type === 'conversation.expired')
  })
})
