import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Read from '#core/conversation/read.ts'
import * as Settings from '#core/conversation/settings.ts'
import {
  HOUR,
  inbound,
  newSid,
  ORIGIN,
  TOKEN,
  type TwilioWorld,
  twilioWorld,
} from '../../test/support/twilio-world.ts'
import { until } from '../../test/support/until.ts'

let w: TwilioWorld
let people = 0
beforeAll(async () => {
  w = await twilioWorld()
})
afterAll(() => w.close())

/** A person who has never written. */
const person = () => {
  const phone = `+1555${`${++people}`.padStart(7, '0')}`
  return { phone, From: `whatsapp:${phone}` }
}
const active = (phone: string) => Read.activeOf(w.desk.store, 'acme', phone)
const said = async (phone: string) => {
  const conversation = await active(phone)
  return conversation ? Read.history(w.desk.store, conversation.id, 1_000) : []
}

test('an order is stored, confirmed and understood', async () => {
  const { phone, From } = person()
  const answer = await w.post({ form: inbound({ From, Body: 'I need 5 units of Product A' }) })
  expect(answer).toEqual({
    status: 200,
    type: 'text/xml; charset=utf-8',
    text: expect.stringContaining('<Response><Message '),
    reply: '✅ Order received: 5 units of Product A',
  })
  expect(await active(phone)).toMatchObject({
    phoneNumber: phone,
    name: 'John Doe',
    channel: { type: 'twilio', number: '+14155238886' },
    messageCount: 2,
    inbound: 1,
    outbound: 1,
    orderDetails: { items: [{ name: 'Product A', quantity: 5 }] },
  })
  expect(await said(phone)).toMatchObject([
    { content: 'I need 5 units of Product A', direction: 'inbound', type: 'text', author: 'customer' },
    { content: '✅ Order received: 5 units of Product A', direction: 'outbound', author: 'automatic' },
  ])
})

test('an order grows over several messages, and what is no order gets no reply', async () => {
  const { phone, From } = person()
  expect((await w.post({ form: inbound({ From, Body: 'Hi there' }) })).text).toContain('<Response/>')
  await w.post({ form: inbound({ From, Body: '5 units of Product A' }) })
  const { reply } = await w.post({ form: inbound({ From, Body: 'and 2 kg of sugar, <b>&</b>' }) })
  expect(reply).toBe('✅ Order received: 5 units of Product A, 2 kg of sugar')
  expect((await active(phone))?.messageCount).toBe(5)
})

test('what stands in a reply is escaped', async () => {
  const { From } = person()
  const { text, reply } = await w.post({ form: inbound({ From, Body: '3 <Fish> & chips packs' }) })
  expect(text).toContain('&lt;Fish&gt; &amp; chips')
  expect(reply).toContain('<Fish> & chips')
})

test('a repeated message gets the first answer again and changes nothing', async () => {
  const { phone, From } = person()
  const form = inbound({ From, Body: '5 units of Product A' })
  const first = await w.post({ form })
  await w.post({ form: inbound({ From, Body: '7 more Product A' }) })
  expect(await w.post({ form })).toEqual(first)
  expect((await active(phone))?.messageCount).toBe(4)
  const other = await w.post({ form: { ...form, AccountSid: 'AC00000000000000000000000000000002' } })
  expect(other.status).toBe(200)
  expect((await active(phone))?.messageCount).toBe(6)
})

test('equal deliveries at the same time are one message', async () => {
  const { phone, From } = person()
  const form = inbound({ From, Body: '5 units of Product A' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => w.post({ form })))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect((await active(phone))?.messageCount).toBe(2)
})

test('50 simultaneous first messages of one number make one conversation with 50 messages', async () => {
  const { phone, From } = person()
  const posts = Array.from({ length: 50 }, (_, n) =>
    w.post({ form: inbound({ From, Body: `Message number ${n}` }) }),
  )
  const answers = await Promise.all(posts)
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
  expect(await active(phone)).toMatchObject({ inbound: 50, messageCount: 50 })
  expect(new Set((await said(phone)).map(({ content }) => content)).size).toBe(50)
  const all = await Read.everOf(w.desk.store, 'acme', phone, { limit: 10 })
  expect(all.items).toHaveLength(1)
})

test('simultaneous orders, taken by functions that know nothing of each other, lose nothing', async () => {
  const { phone, From } = person()
  const alone = {
    ...w.hook,
    reading: { ...w.hook.reading, turns: <T>(_: string, work: () => Promise<T>) => work() },
  }
  const bodies = Array.from(
    { length: 20 },
    (_, n) => `${n + 1} units of Product ${String.fromCodePoint(65 + n)}`,
  )
  const posts = bodies.map((Body) => w.post({ form: inbound({ From, Body }), hook: alone }))
  expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(20).fill(200))
  const conversation = await until('every order to be read', async () => {
    const found = await active(phone)
    return found?.orderDetails?.items.length === 20 ? found : undefined
  })
  expect(conversation.inbound).toBe(20)
  expect((await Read.everOf(w.desk.store, 'acme', phone, { limit: 10 })).items).toHaveLength(1)
  expect(await said(phone)).toHaveLength(conversation.messageCount)
})

test('a conversation expires to the millisecond, and the next message begins another one', async () => {
  const { phone, From } = person()
  await w.post({ form: inbound({ From }) })
  const first = await active(phone)
  w.clock.now += 24 * HOUR - 1
  expect((await active(phone))?.id).toBe(first?.id)
  await w.post({ form: inbound({ From }) })
  expect(await active(phone)).toMatchObject({ id: first?.id, messageCount: 2 })
  w.clock.now += 24 * HOUR
  expect(await active(phone)).toBeUndefined()
  await w.post({ form: inbound({ From }) })
  const second = await active(phone)
  expect(second).toMatchObject({ messageCount: 1 })
  expect(second?.id).not.toBe(first?.id)
  const { items } = await Read.everOf(w.desk.store, 'acme', phone, { limit: 10 })
  expect(items.map(({ id, status }) => [id, status])).toEqual([
    [second?.id, 'active'],
    [first?.id, 'expired'],
  ])
})

test.each([
  [
    'an image',
    {
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/m/1',
      MediaContentType0: 'image/jpeg',
      MessageType: 'image',
    },
    { type: 'image', kind: 'image' },
  ],
  [
    'a voice message',
    {
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/m/1',
      MediaContentType0: 'audio/ogg',
      MessageType: '',
    },
    { type: 'text', kind: 'audio' },
  ],
  [
    'a document',
    {
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/m/1',
      MediaContentType0: 'application/pdf',
      MessageType: '',
    },
    { type: 'text', kind: 'document' },
  ],
  [
    'a contact card',
    {
      NumMedia: '1',
      MediaUrl0: 'https://api.twilio.com/m/1',
      MediaContentType0: 'text/vcard',
      MessageType: '',
    },
    { type: 'text', kind: 'contact' },
  ],
])('%s keeps its media', async (_, fields, { type, kind }) => {
  const { phone, From } = person()
  await w.post({ form: inbound({ From, Body: '', ...fields }) })
  const media = [{ url: fields.MediaUrl0, contentType: fields.MediaContentType0 }]
  expect(await said(phone)).toMatchObject([{ type, content: '', metadata: { kind, media } }])
})

test('what else a message may carry is kept', async () => {
  const { phone, From } = person()
  await w.post({
    form: inbound({
      From,
      Body: '',
      MessageType: 'location',
      Latitude: '52.5163',
      Longitude: '13.3777',
      Address: 'Pariser Platz',
      Label: 'Gate',
      ButtonText: 'Yes',
      ButtonPayload: 'yes-1',
      ListId: 'l1',
      ListTitle: 'Large',
      OriginalRepliedMessageSid: 'SM1',
      OriginalRepliedMessageSender: 'whatsapp:+14155238886',
      Forwarded: 'true',
      ReferralSourceId: 'ad-7',
      ChannelMetadata: '{"type":"whatsapp"}',
      SomethingTwilioInvented: 'tomorrow',
    }),
  })
  expect((await said(phone))[0]?.metadata).toEqual({
    kind: 'location',
    profileName: 'John Doe',
    waId: '1234567890',
    location: { latitude: 52.5163, longitude: 13.3777, address: 'Pariser Platz', label: 'Gate' },
    button: { text: 'Yes', payload: 'yes-1' },
    list: { id: 'l1', title: 'Large' },
    repliedTo: { id: 'SM1', sender: 'whatsapp:+14155238886' },
    forwarded: true,
    referral: { ReferralSourceId: 'ad-7' },
    fields: {
      NumSegments: '1',
      ApiVersion: '2010-04-01',
      ChannelMetadata: '{"type":"whatsapp"}',
      SomethingTwilioInvented: 'tomorrow',
    },
  })
})

test('templates are the account’s own', async () => {
  const { From } = person()
  const settings = Settings.ConversationSettings.parse({
    templates: { order: 'Danke {customer}! {items}', other: 'We read you.' },
  })
  await Settings.write(w.desk.store, 'acme', settings)
  expect((await w.post({ form: inbound({ From, Body: '2 teas' }) })).reply).toBe(
    'Danke John Doe! 2 units of teas',
  )
  expect((await w.post({ form: inbound({ From, Body: 'Hello' }) })).reply).toBe('We read you.')
  await Settings.write(
    w.desk.store,
    'acme',
    Settings.ConversationSettings.parse({ orders: { twilio: false } }),
  )
  expect((await w.post({ form: inbound({ From, Body: '2 teas' }) })).reply).toBeNull()
  await Settings.write(w.desk.store, 'acme', Settings.ConversationSettings.parse({}))
})

test('what Twilio did not sign changes nothing', async () => {
  const { phone, From } = person()
  const form = inbound({ From })
  for (const post of [
    { signature: null },
    { signature: '' },
    { token: 'another-token' },
    { url: 'https://evil.example/twilio-webhook-opt' },
    { url: `${ORIGIN}/twilio-webhook-opt?x=1` },
    { url: `${ORIGIN}/other` },
  ])
    expect(await w.post({ form, ...post })).toMatchObject({
      status: 403,
      type: expect.stringContaining('text/plain'),
    })
  const signature = w.sign(form)
  expect((await w.post({ form: { ...form, Body: 'changed' }, signature })).status).toBe(403)
  expect((await w.post({ form: { ...form, Extra: '' }, signature })).status).toBe(403)
  expect(await active(phone)).toBeUndefined()
})

test('headers that claim another host change nothing', async () => {
  const form = inbound(person())
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  expect((await w.post({ form, headers, url: 'http://evil.example/twilio-webhook-opt' })).status).toBe(403)
  expect((await w.post({ form, headers })).status).toBe(200)
})

test('signatures cover blanks, repeats and characters of all kinds', async () => {
  const form = inbound({ ...person(), Body: ' ünï+&=% "\'\n😀 ', Blank: '', Twice: ['b', 'a', 'b'] })
  expect((await w.post({ form })).status).toBe(200)
})

test('a field that is called like a part of JavaScript is no more than a field', async () => {
  const { phone, From } = person()
  const form = { ...inbound({ From, Body: 'hello' }), constructor: 'c', toString: 't' }
  Object.defineProperty(form, '__proto__', { value: 'p', enumerable: true })
  expect((await w.post({ form })).status).toBe(200)
  const [message] = await said(phone)
  expect(message?.metadata.fields).toMatchObject({ constructor: 'c', toString: 't' })
})

test('a form of thousands of fields is refused before anybody sorts them', async () => {
  const { phone, From } = person()
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`F${n}`, '']))
  expect((await w.post({ form: { From, ...fields(5_000) }, signature: 'AAAA' })).status).toBe(413)
  expect(await active(phone)).toBeUndefined()
  expect((await w.post({ form: inbound({ From, ...fields(900) }) })).status).toBe(200)
})

test.each(["?name=O'Brien", '?a=%20b&c=d+e', '?%E2%9C%93=1', '?x'])(
  'the query %s is signed as it came',
  async (query) => {
    const url = `${ORIGIN}/twilio-webhook-opt${query}`
    expect((await w.post({ form: inbound(person()), path: `/twilio-webhook-opt${query}`, url })).status).toBe(
      200,
    )
  },
)

test('both tokens count while they are being rotated', async () => {
  await using rotating = await twilioWorld({ authTokens: ['new-token', TOKEN] })
  for (const token of ['new-token', TOKEN]) expect((await rotating.post({ token })).status).toBe(200)
  expect((await rotating.post({ token: 'older-token' })).status).toBe(403)
  await using unset = await twilioWorld({ authTokens: [] })
  expect((await unset.post()).status).toBe(500)
})

test('a base path and a port in the public origin are signed as well', async () => {
  await using behind = await twilioWorld({ publicOrigin: 'https://api.example.org:8443/prod' })
  const url = 'https://api.example.org:8443/prod/twilio-webhook-opt'
  expect((await behind.post({ url, path: '/prod/twilio-webhook-opt' })).status).toBe(200)
  expect((await behind.post({ url: 'https://api.example.org/prod/twilio-webhook-opt' })).status).toBe(200)
  expect((await behind.post({ url: 'https://api.example.org:8443/twilio-webhook-opt' })).status).toBe(403)
})

test('a webhook by GET carries its fields in the query', async () => {
  const { phone, From } = person()
  const query = new URLSearchParams({
    MessageSid: newSid(),
    AccountSid: 'AC1',
    From,
    To: 'whatsapp:+14155238886',
    Body: '2 teas',
  })
  const path = `/twilio-webhook-opt?${query}`
  const response = await w.app.request(path, {
    headers: { 'x-twilio-signature': w.sign({}, `${ORIGIN}${path}`) },
  })
  expect(response.status).toBe(200)
  expect(await active(phone)).toMatchObject({ inbound: 1 })
})

test('a JSON body counts when its digest in the signed address does', async () => {
  const { phone, From } = person()
  const body = JSON.stringify({
    MessageSid: newSid(),
    AccountSid: 'AC1',
    From,
    To: 'whatsapp:+14155238886',
    Body: 'Hello',
  })
  const post = (sent: string) => {
    const path = `/twilio-webhook-opt?bodySHA256=${w.digest(body)}`
    const headers = {
      'content-type': 'application/json',
      'x-twilio-signature': w.sign({}, `${ORIGIN}${path}`),
    }
    return w.app.request(path, { method: 'POST', headers, body: sent })
  }
  expect((await post(body.replace('Hello', 'Other'))).status).toBe(403)
  expect((await post(body)).status).toBe(200)
  expect(await active(phone)).toMatchObject({ inbound: 1 })
})

test('what is signed and makes no sense is refused by name, never with 200', async () => {
  for (const missing of ['MessageSid', 'From', 'To', 'AccountSid']) {
    const { [missing]: _, SmsSid: __, SmsMessageSid: ___, ...form } = inbound(person())
    const answer = await w.post({ form })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(missing) })
  }
  expect((await w.post({ form: inbound({ Body: 'x'.repeat(300_000) }) })).status).toBe(413)
  expect((await w.app.request('/twilio-webhook-opt', { method: 'DELETE' })).status).toBe(405)
})

test('a database that fails is answered with 5xx, and the repetition stores the message', async () => {
  const { phone, From } = person()
  const form = inbound({ From })
  const broken = {
    ...w.hook,
    desk: { ...w.desk, store: { ...w.desk.store, transact: () => Promise.reject(new Error('down')) } },
  }
  expect(await w.post({ form, hook: broken })).toMatchObject({ status: 500, text: 'Internal error' })
  expect(w.warnings.at(-1)?.sentence).toBe('a webhook of Twilio failed')
  expect((await w.post({ form })).status).toBe(200)
  expect(await active(phone)).toMatchObject({ inbound: 1 })
})
