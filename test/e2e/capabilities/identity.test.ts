import { afterAll, beforeAll, expect } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
const CAT = '4915100000004'
const DAN = '4915100000005'
type Chat = { id: string; phoneNumber: string | null; lastMessage: { text?: string }; unreadCount: number }
let w: CapabilityWorld
let id: string
let lid: string
let liked: string

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
  expect(received).toMatchObject({ chatId: lid, from: lid, to: `+${PHONE}`, sender: { lid } })
  expect(received.sender).not.toHaveProperty('phoneNumber')
  const sent = await w.sends(id, { to: lid, text: 'Who are you?' })
  expect(sent).toMatchObject({ chatId: lid, to: lid })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ text: 'Who are you?' })
  await w.phones.read(ANN, [sent.id])
  await until('it was read', async () => (await w.shown(id, sent.id)).status === 'read')
  liked = sent.id
  await w.phones.send(ANN, { to: PHONE, reaction: { id: liked, emoji: '👍' } })
  await until('she likes it', async () => (await w.shown(id, liked)).reactions)
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
    await w.phones.send(ANN, { to: PHONE, reaction: { id: liked, emoji: '❤️' } })
    const ofHers = async () => (await w.shown(id, liked)).reactions
    await until('she likes it otherwise', async () => JSON.stringify(await ofHers()).includes('❤️'))
    expect(await ofHers()).toMatchObject([{ from: `+${ANN}`, emoji: '❤️' }])
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

capability(
  'Name somebody by a LID in whatever is done',
  'POST /api/sessions/{sessionId}/chats/{chatId}/typing · PATCH /api/sessions/{sessionId}/chats/{chatId} · PUT /api/sessions/{sessionId}/contacts/{contactId} · PUT /api/sessions/{sessionId}/blocklist/{contactId} · POST /api/sessions/{sessionId}/groups · POST /api/sessions/{sessionId}/groups/{groupId}/participants/{action} · GET /api/sessions/{sessionId}/messages',
  async () => {
    const path = `/api/sessions/${id}`
    const ok = async (method: string, call: string, body?: Record<string, unknown>) => {
      const answer = await w.call<Record<string, unknown>>(method, `${path}${call}`, body)
      expect(answer, call).toMatchObject({ status: 200 })
      return answer.body
    }
    await ok('POST', `/chats/${lid}/typing`, {})
    await until('she sees it', async () => (await w.phones.activity(ANN)).activity.length > 0)
    await ok('PATCH', `/chats/${lid}`, { pinned: true })
    expect(await ok('GET', `/chats/${lid}`)).toMatchObject({
      chat: { id: jidOf(ANN), phoneNumber: `+${ANN}`, lid, isPinned: true },
    })
    expect(await ok('PUT', `/contacts/${lid}`, { name: 'Ann Archer' })).toMatchObject({
      contact: { id: jidOf(ANN), lid, savedName: 'Ann Archer' },
    })
    await ok('PUT', `/blocklist/${lid}`)
    expect(await ok('GET', '/blocklist')).toMatchObject({ blocked: [{ phoneNumber: `+${ANN}`, lid }] })
    await ok('DELETE', `/blocklist/${lid}`)
    const { group } = await ok('POST', '/groups', { subject: 'Friends of hers', participants: [lid] })
    expect(group).toMatchObject({
      participants: expect.arrayContaining([expect.objectContaining({ phoneNumber: `+${ANN}`, lid })]),
    })
    const groupId = (group as { id: string }).id
    expect(
      await ok('POST', `/groups/${groupId}/participants/promote`, { participants: [lid] }),
    ).toMatchObject({ results: [{ status: '200', person: { phoneNumber: `+${ANN}`, lid } }] })
    expect(await ok('GET', `/messages?chatId=${lid}&search=either`)).toMatchObject({
      messages: [{ chatId: jidOf(ANN), text: 'Under either name' }],
    })
  },
)

capability('Know people by their usernames', 'GET /api/sessions/{sessionId}/contacts', async () => {
  await w.phones.hideNumber(CAT, true)
  await w.phones.username(CAT, 'cat.carter')
  const hello = await w.phones.send(CAT, { to: PHONE, text: 'Guess who' })
  const received = await w.received(id, hello.id)
  expect(received.sender).toMatchObject({ username: 'cat.carter', lid: expect.stringMatching(/@lid$/) })
  expect(received.sender).not.toHaveProperty('phoneNumber')
  const { payload } = await w.event(id, 'contact.updated', ({ contact }) => contact.username === 'cat.carter')
  expect(payload.contact).toMatchObject({ id: received.chatId, lid: received.chatId })
  const path = `/api/sessions/${id}`
  for (const search of ['@cat.car', 'carter'])
    expect((await w.call('GET', `${path}/contacts?search=${search}`)).body).toMatchObject({
      contacts: [{ id: received.chatId, username: 'cat.carter' }],
    })
  expect((await w.call('GET', `${path}/chats?search=@cat`)).body).toMatchObject({
    chats: [{ id: received.chatId, username: 'cat.carter', lid: received.chatId, phoneNumber: null }],
  })
  expect((await w.call('GET', `${path}/contacts/@cat.carter`)).body).toMatchObject({
    contact: { username: 'cat.carter' },
  })
  const group = (await w.phones.createGroup({ creator: CAT, subject: 'Cats', participants: [PHONE] })).id
  const said = await w.phones.send(CAT, { to: group, text: 'Meow' })
  expect((await w.received(id, said.id)).sender).toMatchObject({ username: 'cat.carter' })
  expect((await w.call('GET', `${path}/groups/${group}`)).body).toMatchObject({
    group: { participants: expect.arrayContaining([expect.objectContaining({ username: 'cat.carter' })]) },
  })
})

capability('Write to somebody by username', 'POST /api/messages {to}', async () => {
  const sent = await w.sends(id, { to: '@Cat.Carter', text: 'Hello, cat' })
  expect(sent.chatId).toMatch(/@lid$/)
  expect(await w.atPhone(CAT, sent.id)).toMatchObject({ text: 'Hello, cat' })
  const { payload } = await w.event(id, 'message.sent', ({ message }) => message.id === sent.id)
  expect(payload.person).toMatchObject({ lid: sent.chatId, username: 'cat.carter' })
  const unknown = await w.call('POST', '/api/messages', { sessionId: id, to: '@dan.d', text: 'Hello?' })
  expect(unknown).toMatchObject({ status: 404, body: { code: 'USERNAME_UNKNOWN' } })
  expect(unknown.body).toMatchObject({ details: { action: expect.stringContaining('/usernames/dan.d') } })
})

capability(
  'Find who has a username, also with a key',
  'GET /api/sessions/{sessionId}/usernames/{username} · POST /api/messages {to}',
  async () => {
    await w.phones.username(DAN, 'dan.d', '1234')
    const path = `/api/sessions/${id}/usernames`
    expect(await w.call('GET', `${path}/nobody.here`)).toMatchObject({ status: 404 })
    expect(await w.call('GET', `${path}/dan.d`)).toMatchObject({ status: 404 })
    const found = await w.call<{ id: string }>('GET', `${path}/@dan.d?key=1234`)
    expect(found).toMatchObject({ status: 200, body: { person: { username: 'dan.d' } } })
    const sent = await w.sends(id, { to: '@dan.d', text: 'Hello, Dan' })
    expect(sent.chatId).toBe(found.body.id)
    expect(await w.atPhone(DAN, sent.id)).toMatchObject({ text: 'Hello, Dan' })
    expect((await w.call('GET', `/api/sessions/${id}/contacts/@dan.d/profile`)).body).toMatchObject({
      profile: { username: 'dan.d' },
    })
  },
)

/** Everybody who is named in it, and where. */
function* namedIn(part: unknown, place = ''): Generator<[place: string, person: Record<string, unknown>]> {
  if (typeof part !== 'object' || part === null) return
  if ('phoneNumber' in part || 'lid' in part) yield [place, part as Record<string, unknown>]
  for (const [name, inner] of Object.entries(part)) yield* namedIn(inner, `${place}.${name}`)
}

capability(
  'Hear of people by number and LID in every event',
  'GET /api/sessions/{sessionId}/events',
  async () => {
    const path = `/api/sessions/${id}`
    const before = (await w.events(id)).at(-1)?.id ?? ''
    const ok = async (method: string, call: string, body?: Record<string, unknown>) =>
      expect(await w.call(method, `${path}${call}`, body), call).toMatchObject({ status: 200 })

    const said = await w.phones.send(ANN, { to: PHONE, text: 'What a day' })
    await w.received(id, said.id)
    const ours = await w.sends(id, { to: `+${ANN}`, text: 'It is' })
    await w.atPhone(ANN, ours.id)
    await w.phones.send(ANN, { to: PHONE, reaction: { id: ours.id, emoji: '👍' } })
    await w.phones.send(ANN, { to: PHONE, text: 'Indeed', replyTo: ours.id })
    await w.phones.send(ANN, { to: PHONE, edit: { id: said.id, text: 'What a night' } })
    await w.phones.send(ANN, { to: PHONE, pin: { id: said.id } })
    await w.phones.read(ANN, [ours.id])
    await w.sends(id, { reaction: { messageId: said.id, emoji: '🎉' } })
    await ok('PUT', `/messages/${said.id}/star`)
    await ok('PATCH', `/chats/${lid}`, { archived: true })
    const { body } = await w.call<{ label: { id: string } }>('POST', `${path}/labels`, { name: 'Paid' })
    await ok('PUT', `/chats/${lid}/labels/${body.label.id}`)
    await w.phones.call(ANN, PHONE)
    const group = (await w.phones.createGroup({ creator: ANN, subject: 'Both', participants: [PHONE, BOB] }))
      .id
    await w.phones.send(ANN, { to: group, text: 'Welcome' })
    const inGroup = await w.sends(id, { to: group, text: 'Hi', mentions: [lid] })
    await w.atPhone(BOB, inGroup.id)
    await w.phones.read(BOB, [inGroup.id])
    const { payload: told } = await w.event(id, 'message.sent', ({ message }) => message.id === inGroup.id)
    expect(told.message).toMatchObject({
      mentions: [`+${ANN}`],
      mentioned: [{ phoneNumber: `+${ANN}`, lid }],
    })
    const expected = [
      'message.received',
      'message.sent',
      'message.status',
      'message.reaction',
      'message.edited',
      'message.pinned',
      'message.starred',
      'chat.updated',
      'label.added',
      'call.received',
      'group.updated',
    ] as const
    const fresh = async () =>
      (await w.call<{ events: Event[] }>('GET', `${path}/events?after=${before}&limit=500`)).body.events
    for (const type of expected)
      await until(`the event ${type}`, async () => (await fresh()).some((event) => event.type === type))
    await until('the group has read', async () =>
      (await fresh()).some(
        (event) =>
          event.type === 'message.status' &&
          event.payload.messageId === inGroup.id &&
          event.payload.status === 'read',
      ),
    )

    // Of those who go by a username no number is known; what was heard of them before may be told only now.
    const people = await w.phones.phones()
    const shy = people.filter(({ number }) => [CAT, DAN].some((one) => number === `+${one}`))
    const isShy = (person: Record<string, unknown>) => shy.some((one) => `${one.lid}@lid` === person.lid)
    for (const { type, payload } of await fresh()) {
      for (const [place, person] of [...namedIn(payload, type)].filter(([, one]) => !isShy(one)))
        expect(person, place).toMatchObject({
          phoneNumber: expect.stringMatching(/^\+/),
          lid: expect.stringMatching(/@lid$/),
        })
      if (type !== 'message.received' && 'chatId' in payload && payload.chatId === jidOf(ANN))
        expect(payload, type).toMatchObject({ person: { phoneNumber: `+${ANN}`, lid } })
    }
  },
)
