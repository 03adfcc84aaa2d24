import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConnectorWorld, connectorWorld, type Running } from '../support/connector.ts'
import { until } from '../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let world: ConnectorWorld
let connector: Running
let id: string

beforeAll(async () => {
  world = await connectorWorld()
  connector = await world.connector()
})
afterAll(() => world.close())

test('a new session shows a QR, and is connected when a phone has scanned it', async () => {
  const created = await world.session()
  id = created.id
  await world.ask(id, 'start')
  const qr = await world.qrOf(id)
  expect(await world.find(id)).toMatchObject({ state: { status: 'qr_generated', linked: false } })
  await world.phones.scan(PHONE, qr)
  const { state, intent } = await world.untilStatus(id, 'connected')
  expect(state).toMatchObject({ linked: true, phoneNumber: `+${PHONE}`, doneIntent: intent?.n })
  expect(state.qr).toBeUndefined()
  expect(await world.statuses(id)).toEqual([
    'connecting',
    'qr_generated',
    'connecting',
    'connecting: restart_required',
    'connected',
  ])
})

test('a message reaches the phone and the ledger follows it to read', async () => {
  const messageId = await world.send(id, `+${ANN}`, 'Hello Ann')
  const inbox = await until('the message at the phone', async () => {
    const { messages } = await world.phones.inbox(ANN)
    return messages.length > 0 && messages
  })
  expect(inbox).toMatchObject([{ id: messageId, text: 'Hello Ann', copies: 1 }])
  await world.phones.read(ANN, [messageId])
  const read = await until('read', async () => {
    const message = await world.message(id, messageId)
    return message?.status === 'read' && message
  })
  expect(Object.keys(read.times)).toEqual(
    expect.arrayContaining(['accepted', 'queued', 'sent', 'server', 'delivered', 'read']),
  )
})

test('an answer is in the event log once, under the same chat', async () => {
  const sent = await world.phones.send(ANN, { to: PHONE, text: 'Hello yourself' })
  const received = await until('the answer', async () => {
    const found = (await world.events(id)).filter(({ type }) => type === 'message.received')
    return found.length > 0 && found
  })
  expect(received).toMatchObject([
    {
      payload: {
        message: { id: sent.id, chatId: `${ANN}@s.whatsapp.net`, text: 'Hello yourself', from: `+${ANN}` },
      },
    },
  ])
})

test('after a crash and a restart the session is connected again without a QR, and goes on', async () => {
  const before = (await world.statuses(id)).length
  await connector.stop()
  connector = await world.connector()
  const since = await until('connected again', async () => {
    const seen = (await world.statuses(id)).slice(before)
    return seen.at(-1) === 'connected' && seen
  })
  expect(since).toEqual(['connecting: takeover', 'connected'])
  await world.send(id, `+${ANN}`, 'Still here')
  await until('the message at the phone', async () =>
    (await world.phones.inbox(ANN)).messages.some(({ text }) => text === 'Still here'),
  )
})
