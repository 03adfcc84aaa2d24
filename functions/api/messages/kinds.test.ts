import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { png } from '../../../test/support/files.ts'

const CAROL = '+4915100000003'
const FUTURE = '2030-01-01T00:00:00.000Z'
let w: World
let id: string
let known: string

beforeAll(async () => {
  w = await apiWorld()
  id = (await w.connected()).id
  known = (await send({ text: 'hello' })).body.message.id
  await w.commands()
})
afterAll(() => w.close())

const send = (content: Record<string, unknown>, to: string | undefined = CAROL) =>
  w.request('POST', '/api/messages', { sessionId: id, ...(to ? { to } : {}), ...content })
const stored = async () => {
  const { body } = await w.request(
    'GET',
    `/api/sessions/${id}/chats/${encodeURIComponent(CAROL)}/messages?limit=100`,
  )
  return body.messages.length
}

const poll = (change: object) => ({ poll: { question: 'Tea?', options: ['yes', 'no'], ...change } })
const event = (change: object) => ({ event: { name: 'Party', startsAt: FUTURE, ...change } })
const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => [inner], 'x')

test.each<[string, Record<string, unknown>]>([
  ['two kinds at once', { text: 'a', poll: { question: 'b', options: ['c', 'd'] } }],
  ['a latitude beyond the pole', { location: { latitude: 91, longitude: 0 } }],
  ['a latitude in words', { location: { latitude: '52', longitude: 13 } }],
  ['half a location', { location: { latitude: 52 } }],
  ['a location with more', { location: { latitude: 52, longitude: 13, altitude: 8_000 } }],
  ['a poll with one option', poll({ options: ['yes'] })],
  ['a poll with thirteen options', poll({ options: Array.from({ length: 13 }, (_, n) => `${n}`) })],
  ['a poll with the same option twice', poll({ options: ['yes', 'yes'] })],
  ['a poll with an empty question', poll({ question: ' ' })],
  ['a poll with an endless question', poll({ question: 'x'.repeat(256) })],
  ['a poll with a line break in an option', poll({ options: ['a\nb', 'c'] })],
  ['an event that ends before it starts', event({ endsAt: '2029-01-01T00:00:00.000Z' })],
  ['an event on no day', event({ startsAt: 'tomorrow' })],
  ['an event with a script for a link', event({ joinLink: 'javascript:alert(1)' })],
  ['no contacts', { contacts: [] }],
  ['too many contacts', { contacts: Array.from({ length: 21 }, () => ({ name: 'A', phoneNumber: CAROL })) }],
  ['a contact with a line break in its name', { contact: { name: 'A\nTEL:1', phoneNumber: CAROL } }],
  ['a contact without a number', { contact: { name: 'A' } }],
  ['a card that is none', { contact: { vcard: 'hello' } }],
  ['a reaction with a word', { reaction: { messageId: 'x', emoji: 'nice' } }],
  ['a reaction with a crowd of emoji', { reaction: { messageId: 'x', emoji: '👍'.repeat(60) } }],
  ['mentions of nobody', { text: 'a', mentions: [] }],
  ['mentions of a crowd', { text: 'a', mentions: Array.from({ length: 1_025 }, () => CAROL) }],
  ['a preview of what is not in the text', { text: 'a', linkPreview: { url: 'https://example.com' } }],
  [
    'a preview without a text',
    { location: { latitude: 1, longitude: 1 }, linkPreview: { url: 'https://a.b' } },
  ],
  ['a text that can be seen once', { text: 'a', viewOnce: true }],
  ['a nest of lists', { contacts: deep }],
  ['null for everything', { text: null, image: null, poll: null }],
  ['a file with two places', { image: { url: 'https://a.b', id: 'c' } }],
  ['a file name that is a path of lines', { document: { base64: 'AAAA', fileName: 'a\nb' } }],
  ['a media type that is none', { document: { base64: 'AAAA', mimetype: 'text/html\r\nX-Evil: 1' } }],
])('%s is refused, with a sentence, and leaves nothing behind', async (_, content) => {
  const before = await stored()
  const answer = await send(content)
  expect(answer).toMatchObject({
    status: 400,
    body: { success: false, code: 'VALIDATION_ERROR', error: expect.stringMatching(/\S/) },
  })
  expect(answer.text.length).toBeLessThan(20_000)
  expect(await stored()).toBe(before)
  expect(await w.commands()).toEqual([])
})

test.each<[string, Record<string, unknown>]>([
  ['an answer to', { text: 'a', replyTo: '3EB0FFFFFFFFFFFFFFFFFF' }],
  ['an answer to a strange id for', { text: 'a', replyTo: '../../%00' }],
  ['a reaction to', { reaction: { messageId: '3EB0FFFFFFFFFFFFFFFFFF', emoji: '👍' } }],
  ['a vote in', { vote: { messageId: '3EB0FFFFFFFFFFFFFFFFFF', options: [] } }],
  ['a forward of', { forward: { messageId: '3EB0FFFFFFFFFFFFFFFFFF' } }],
])('%s a message that nobody knows is a 404', async (_, content) => {
  expect(await send(content)).toMatchObject({ status: 404, body: { code: 'MESSAGE_NOT_FOUND' } })
})

test('a vote has to fit its poll, a reaction its chat', async () => {
  const { body } = await send(poll({}))
  const { id: messageId } = body.message
  const unfit = { status: 409, body: { code: 'MESSAGE_NOT_USABLE' } }
  expect(await send({ vote: { messageId, options: ['maybe'] } })).toMatchObject(unfit)
  expect(await send({ vote: { messageId, options: ['yes', 'no'] } })).toMatchObject(unfit)
  expect(await send({ vote: { messageId: known, options: ['yes'] } })).toMatchObject(unfit)
  expect(await send({ reaction: { messageId, emoji: '👍' } }, '+4915100000004')).toMatchObject({
    status: 400,
  })
  expect(await send({ reaction: { messageId, emoji: '👍' } }, undefined)).toMatchObject({ status: 202 })
})

test('a message of another account can be neither answered nor changed', async () => {
  const token = 'token-other'
  for (const [method, path, body] of [
    ['PUT', `/api/messages/${known}`, { text: 'mine' }],
    ['DELETE', `/api/messages/${known}`, undefined],
    ['PUT', `/api/messages/${known}/pin`, {}],
  ] as const)
    expect(await w.request(method, path, body, { token }), `${method} ${path}`).toMatchObject({
      status: 404,
      body: { code: 'MESSAGE_NOT_FOUND' },
    })
  const other = await w.connected('other')
  const answer = { sessionId: other.id, to: CAROL, text: 'a', replyTo: known }
  expect(await w.request('POST', '/api/messages', answer, { token })).toMatchObject({ status: 404 })
})

test('a file of another session is not there', async () => {
  const upload = { base64: png.toString('base64') }
  const { body } = await w.request('POST', `/api/sessions/${id}/media`, upload)
  const { id: file } = (body as unknown as { media: { id: string } }).media
  expect(await send({ image: { id: file } })).toMatchObject({ status: 202 })
  const other = await w.connected('other')
  const stolen = { sessionId: other.id, to: CAROL, image: { id: file } }
  expect(await w.request('POST', '/api/messages', stolen, { token: 'token-other' })).toMatchObject({
    status: 404,
    body: { code: 'MEDIA_NOT_FOUND' },
  })
})

test('with an idempotency key a file is stored once, and other content is another message', async () => {
  const headers = { 'idempotency-key': 'one picture' }
  const image = { sessionId: id, to: CAROL, image: { base64: png.toString('base64'), caption: 'one' } }
  const first = await w.request('POST', '/api/messages', image, { headers })
  const second = await w.request('POST', '/api/messages', image, { headers })
  expect(second.body.message).toMatchObject({
    id: first.body.message.id,
    media: { id: (first.body.message.media as { id: string }).id },
  })
  const changed = { ...image, image: { ...image.image, caption: 'two' } }
  expect(await w.request('POST', '/api/messages', changed, { headers })).toMatchObject({
    status: 409,
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  })
})

test.each([
  ['no form', 'multipart/form-data', 'x'],
  [
    'a form without a file',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
  ],
  ['a form that ends in its head', 'multipart/form-data; boundary=b', '--b\r\nContent-Dispo'],
  [
    'a form that ends in its file',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf',
  ],
  ['an empty form', 'multipart/form-data; boundary=b', ''],
  ['an empty body', 'image/png', ''],
])('%s is refused as an upload', async (_, type, content) => {
  const answer = await w.app.request(`/api/sessions/${id}/media`, {
    method: 'POST',
    headers: { authorization: 'Bearer token-acme', 'content-type': type },
    body: content,
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ success: false, code: 'MEDIA_INVALID' })
})
