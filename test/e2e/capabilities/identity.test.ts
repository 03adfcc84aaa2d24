import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
type Chat = { id: string; phoneNumber: string | null; lastMessage: { text?: string }; unreadCount: number }
let w: CapabilityWorld
let id: string
let lid: string

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  await w.phones.hideNumber(ANN, true)
  const ann = (await w.phones.phones()).find(({ number }) => number === `+${ANN}`)
  lid = `${ann?.lid}@lid`
})
afterAll(() => w.close())

const chats = async () => (await w.call<{ chats: Chat[] }>('GET', `/api/sessions/${id}/chats`)).body.chats
const textsIn = async (chatId: string) => {
  const path = `/api/sessions/${id}/chats/${chatId}/messages`
  const { body } = await w.call<{ messages: { text: string }[] }>('GET', path)
  return body.messages.map(({ text }) => text).reverse()
}

capability('Talk to somebody who shows no phone number', 'POST /api/messages {to}', async () => {
  const hello = await w.phones.send(ANN, { to: PHONE, text: 'Hello' })
  const received = await w.received(id, hello.id)
  expect(received).toMatchObject({ chatId: lid, from: lid, sender: { lid } })
  expect(received.sender).not.toHaveProperty('phoneNumber')
  const sent = await w.sends(id, { to: lid, text: 'Who are you?' })
  expect(sent).toMatchObject({ chatId: lid, to: lid })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ text: 'Who are you?' })
  await w.phones.read(ANN, [sent.id])
  await until('it was read', async () => (await w.shown(id, sent.id)).status === 'read')
  expect(await chats()).toMatchObject([{ id: lid, phoneNumber: null }])
})

capability(
  'One person is one chat, once the number is known',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    await w.phones.hideNumber(ANN, false)
    const again = await w.phones.send(ANN, { to: PHONE, text: 'Ann' })
    expect(await w.received(id, again.id)).toMatchObject({
      chatId: jidOf(ANN),
      from: `+${ANN}`,
      sender: { phoneNumber: `+${ANN}`, lid },
    })
    const { payload } = await w.event(id, 'contact.updated', ({ formerId }) => formerId === lid)
    expect(payload.contact).toMatchObject({ id: jidOf(ANN), phoneNumber: `+${ANN}`, lid })
    await until('there is one chat', async () => (await chats()).length === 1)
    expect(await chats()).toMatchObject([
      { id: jidOf(ANN), phoneNumber: `+${ANN}`, lastMessage: { text: 'Ann' }, unreadCount: 1 },
    ])
    await until('all of it stands there', async () => (await textsIn(jidOf(ANN))).length === 3)
    expect(await textsIn(jidOf(ANN))).toEqual(['Hello', 'Who are you?', 'Ann'])
    expect(await textsIn(lid)).toEqual(['Hello', 'Who are you?', 'Ann'])
  },
)

capability('Write to a LID, in the chat of its number', 'POST /api/messages {to}', async () => {
  const sent = await w.sends(id, { to: lid, text: 'Under either name' })
  expect(sent).toMatchObject({ chatId: jidOf(ANN), to: `+${ANN}` })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ text: 'Under either name' })
  expect((await chats()).map((chat) => chat.id)).toEqual([jidOf(ANN)])
})

capability(
  'Know who writes and reads in a group that is addressed by LID',
  'GET /api/sessions/{sessionId}/events',
  async () => {
    const group = (
      await w.phones.createGroup({ creator: BOB, subject: 'Friends', participants: [PHONE, ANN] })
    ).id
    const said = await w.phones.send(BOB, { to: group, text: 'Hi all' })
    expect(await w.received(id, said.id)).toMatchObject({
      chatId: group,
      from: `+${BOB}`,
      sender: { phoneNumber: `+${BOB}`, lid: expect.stringMatching(/@lid$/) },
    })
    const sent = await w.sends(id, { to: group, text: 'Hi' })
    await w.atPhone(ANN, sent.id)
    await w.phones.read(ANN, [sent.id])
    const { payload } = await w.event(
      id,
      'message.status',
      ({ messageId, status }) => messageId === sent.id && status === 'read',
    )
    expect(payload).toMatchObject({ chatId: group, participant: `+${ANN}` })
    const { body } = await w.call<{ events: { type: string }[] }>(
      'GET',
      `/api/sessions/${id}/events?limit=100`,
    )
    expect(body.events.length).toBeGreaterThan(0)
  },
)
