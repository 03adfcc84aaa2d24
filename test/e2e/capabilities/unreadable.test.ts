import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
let group: string

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  group = (await w.phones.createGroup({ creator: ANN, subject: 'Friends', participants: [PHONE] })).id
})
afterAll(() => w.close())

/** What was told of one message, in order. */
const told = async (messageId: string) =>
  (await w.events(id)).flatMap(({ type, payload }) =>
    'message' in payload && payload.message.id === messageId ? [{ type, message: payload.message }] : [],
  )
const inChat = async (chatId: string) =>
  (await w.call<{ messages: { id: string }[] }>('GET', `/api/sessions/${id}/chats/${chatId}/messages`)).body
    .messages

async function waitsAndComes(to: string, chatId: string, kind: 'garbled' | 'withheld') {
  await w.phones.fault({ kind, number: PHONE })
  const sent = await w.phones.send(ANN, { to, text: `Was ${kind}` })
  await w.phones.fault({ kind, number: PHONE, off: true })
  const { payload } = await w.event(id, 'message.waiting', ({ message }) => message.id === sent.id)
  expect(payload.message).toMatchObject({ chatId, from: `+${ANN}`, type: 'waiting' })
  const received = await w.received(id, sent.id)
  expect(received).toMatchObject({ chatId, from: `+${ANN}`, type: 'text', text: `Was ${kind}` })
  expect(received.sender).toMatchObject(payload.message.sender)
  expect((await told(sent.id)).map(({ type }) => type)).toEqual(['message.waiting', 'message.received'])
  expect((await inChat(chatId)).filter((one) => one.id === sent.id)).toMatchObject([
    { type: 'text', text: `Was ${kind}`, status: 'received' },
  ])
}

capability(
  'Show a message that cannot be read as waiting, until it comes again',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  () => waitsAndComes(PHONE, jidOf(ANN), 'garbled'),
)

capability('The same in a group', 'GET /api/sessions/{sessionId}/chats/{chatId}/messages', () =>
  waitsAndComes(group, group, 'garbled'),
)

capability(
  'Ask the phone for a message that came without its content',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  () => waitsAndComes(PHONE, jidOf(ANN), 'withheld'),
)

capability('Know of what may be seen once, on the phone alone', 'GET /api/messages/{messageId}', async () => {
  await w.phones.fault({ kind: 'withheld', number: PHONE })
  const image = { data: sample.png.toString('base64'), mimetype: 'image/png' }
  const sent = await w.phones.send(ANN, { to: PHONE, image, viewOnce: true })
  await w.phones.fault({ kind: 'withheld', number: PHONE, off: true })
  expect(await w.received(id, sent.id)).toMatchObject({ type: 'view_once', viewOnce: true, from: `+${ANN}` })
  expect(await w.shown(id, sent.id)).toMatchObject({ type: 'view_once', status: 'received' })
})

capability('Ask the phone for one of a group, with its file', 'GET /api/messages/{messageId}', async () => {
  await waitsAndComes(group, group, 'withheld')
  await w.phones.fault({ kind: 'withheld', number: PHONE })
  const image = { data: sample.png.toString('base64'), mimetype: 'image/png', caption: 'Look' }
  const sent = await w.phones.send(ANN, { to: group, image })
  await w.phones.fault({ kind: 'withheld', number: PHONE, off: true })
  await w.event(id, 'message.waiting', ({ message }) => message.id === sent.id)
  await until('its file is stored', async () => {
    const { media } = (await w.shown(id, sent.id)) as { media?: Media }
    return media?.state === 'stored'
  })
  expect(await w.shown(id, sent.id)).toMatchObject({ type: 'image', text: 'Look', chatId: group })
  expect(await w.phones.stats()).toMatchObject({ unknownQueries: {}, problems: [] })
})
