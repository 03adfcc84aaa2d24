import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const [ANN, BOB, CAT] = ['4915100000002', '4915100000003', '4915100000004']
const UNTIL = '2035-01-01T00:00:00.000Z'
let w: CapabilityWorld
let id: string
const path = (rest: string) => `/api/sessions/${id}${rest}`

type Chat = {
  id: string
  isArchived: boolean
  isPinned: boolean
  isUnread: boolean
  unreadCount: number
  mutedUntil: string | null
}
const chat = async (number: string) =>
  (await w.call<{ chat?: Chat }>('GET', path(`/chats/+${number}`))).body.chat
const listed = async (query = '') =>
  (await w.call<{ chats: { id: string }[] }>('GET', path(`/chats${query}`))).body.chats.map((one) => one.id)
const onPhone = async (number: string) =>
  (await w.phones.state(PHONE)).chats.find((one) => one.chat === `+${number}`)
const writes = async (from: string, text: string, to = PHONE) => {
  const sent = await w.phones.send(from, { to, text })
  return (await w.received(id, sent.id)).id
}

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  for (const number of [ANN, BOB, CAT]) await writes(number, 'Hello')
})
afterAll(() => w.close())

capability(
  'Archive, pin, mute and mark a chat, here or on the phone',
  'PATCH /api/sessions/{sessionId}/chats/{chatId} · GET /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    const change = (changes: Record<string, unknown>) => w.call('PATCH', path(`/chats/+${ANN}`), changes)
    const all = { archived: true, pinned: true, mutedUntil: UNTIL, unread: true }
    expect((await change(all)).status).toBe(200)
    expect(await onPhone(ANN)).toMatchObject(all)
    const shown = { isArchived: true, isPinned: true, mutedUntil: UNTIL, isUnread: true }
    expect(await chat(ANN)).toMatchObject(shown)
    const event = await w.event(id, 'chat.updated', ({ chatId }) => chatId === jidOf(ANN))
    expect(event.payload.changes).toEqual(all)
    const none = { archived: false, pinned: false, mutedUntil: null, unread: false }
    expect((await change(none)).status).toBe(200)
    expect(await onPhone(ANN)).toMatchObject(none)
    expect(await chat(ANN)).toMatchObject({
      isArchived: false,
      isPinned: false,
      mutedUntil: null,
      isUnread: false,
    })

    await w.phones.change(PHONE, { chat: ANN, ...all })
    await until('the phone\u2019s changes', async () => {
      const { isArchived, isPinned, isUnread, mutedUntil } = (await chat(ANN))!
      return isArchived && isPinned && isUnread && mutedUntil === UNTIL
    })
    await w.phones.change(PHONE, { chat: ANN, archived: false, unread: false })
    await until('and back', async () => {
      const { isArchived, isUnread } = (await chat(ANN))!
      return !isArchived && !isUnread
    })
    expect(await chat(ANN)).toMatchObject({ isPinned: true, mutedUntil: UNTIL })
    expect((await change({})).body).toMatchObject({ code: 'VALIDATION_ERROR' })
  },
)

capability(
  'See what is unread, and filter and search the list',
  'GET /api/sessions/{sessionId}/chats · POST /api/sessions/{sessionId}/chats/{chatId}/read',
  async () => {
    await w.call('PATCH', path(`/chats/+${CAT}`), { archived: true })
    await writes(BOB, 'Are you there?')
    expect(await chat(BOB)).toMatchObject({ unreadCount: 2, name: 'Person 0003' })
    expect((await w.call('POST', path(`/chats/+${BOB}/read`), {})).body).toMatchObject({ read: 2 })
    await until('it is read', async () => (await chat(BOB))?.unreadCount === 0)
    const last = await writes(BOB, 'Hm?')
    expect(await chat(BOB)).toMatchObject({ unreadCount: 1 })
    await w.phones.read(PHONE, [last])
    await until('it was read on the phone', async () => (await chat(BOB))?.unreadCount === 0)
    expect(await listed('?unread=true')).toEqual([jidOf(CAT)])
    expect(await listed('?unread=false')).toEqual([jidOf(BOB), jidOf(ANN)])
    expect(await listed('?archived=true')).toEqual([jidOf(CAT)])
    expect(await listed('?archived=false')).toEqual([jidOf(BOB), jidOf(ANN)])
    expect(await listed('?search=0003')).toEqual([jidOf(BOB)])
    await w.phones.change(PHONE, { contact: { number: BOB, name: 'Robert Roe' } })
    await until('he is found by his new name', async () => (await listed('?search=roe')).includes(jidOf(BOB)))
    await w.sends(id, { to: CAT, text: 'I am here' })
    expect(await chat(CAT)).toMatchObject({ unreadCount: 0, isArchived: true })
    expect((await w.call('GET', path('/chats?archived=maybe'))).body).toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  },
)

capability('Know what groups are called', 'GET /api/sessions/{sessionId}/chats/{chatId}', async () => {
  const number = '4915100000021'
  const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Choir', participants: [number] })
  const other = await w.line(number)
  await w.phones.send(ANN, { to: group, text: 'La' })
  const named = async () => {
    const { body } = await w.call<{ chat?: { name: string } }>(
      'GET',
      `/api/sessions/${other.id}/chats/${group}`,
    )
    return body.chat?.name
  }
  await until('its name', async () => (await named()) === 'Choir')
  await w.phones.send(ANN, { to: group, text: 'Lala' })
  await until('both are there', async () => {
    const events = await w.events(other.id)
    return events.filter(({ type }) => type === 'message.received').length === 2
  })
  const told = (await w.events(other.id)).filter(({ type }) => type === 'group.updated')
  expect(told).toHaveLength(1)
})

capability(
  'Star a message, here or on the phone',
  'PUT /api/sessions/{sessionId}/messages/{messageId}/star · DELETE /api/sessions/{sessionId}/messages/{messageId}/star',
  async () => {
    const starred = async (messageId: string) => (await w.shown(id, messageId)).starred === true
    const stars = async () => (await w.phones.state(PHONE)).starred
    const { id: messageId } = await w.sends(id, { to: ANN, text: 'Remember' })
    expect((await w.call('PUT', path(`/messages/${messageId}/star`))).status).toBe(200)
    expect(await stars()).toEqual([{ chat: `+${ANN}`, id: messageId, fromMe: true }])
    expect(await starred(messageId)).toBe(true)
    expect((await w.call('DELETE', path(`/messages/${messageId}/star`))).status).toBe(200)
    expect(await stars()).toEqual([])
    expect(await starred(messageId)).toBe(false)

    const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Art', participants: [PHONE] })
    const [theirs, inGroup] = [await writes(ANN, 'Mine'), await writes(ANN, 'In the group', group)]
    for (const [where, one] of [
      [ANN, theirs],
      [group, inGroup],
    ] as const)
      await w.phones.change(PHONE, { star: { chat: where, id: one, fromMe: false, on: true } })
    await until('both have a star', async () => (await starred(theirs)) && starred(inGroup))
    const event = await w.event(id, 'message.starred', ({ target }) => target.messageId === inGroup)
    expect(event.payload).toMatchObject({
      chatId: group,
      target: { sender: { phoneNumber: `+${ANN}` } },
      starred: true,
    })
  },
)

capability(
  'Delete a message for oneself, here or on the phone',
  'DELETE /api/sessions/{sessionId}/messages/{messageId}',
  async () => {
    const removed = async () => (await w.phones.state(PHONE)).removed
    const ours = await w.sends(id, { to: ANN, text: 'Only I forget this' })
    expect((await w.call('DELETE', path(`/messages/${ours.id}`))).status).toBe(200)
    expect(await removed()).toEqual([{ chat: `+${ANN}`, id: ours.id, fromMe: true }])
    expect(await w.shown(id, ours.id)).toMatchObject({
      text: 'Only I forget this',
      removedAt: expect.any(String),
    })
    // Nobody else notices.
    expect((await w.phones.inbox(ANN)).messages.map(({ type }) => type)).not.toContain('delete')

    const theirs = await writes(ANN, 'And this')
    await w.phones.change(PHONE, { removed: { chat: ANN, id: theirs, fromMe: false } })
    const { payload } = await w.event(id, 'message.removed', ({ target }) => target.messageId === theirs)
    expect(payload).toMatchObject({ chatId: jidOf(ANN), target: { fromMe: false } })
    await until('it shows', async () => (await w.shown(id, theirs)).removedAt)

    const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Fun', participants: [PHONE] })
    const inGroup = await writes(ANN, 'And this in a group', group)
    expect((await w.call('DELETE', path(`/messages/${inGroup}`))).status).toBe(200)
    expect(await removed()).toContainEqual({ chat: group, id: inGroup, fromMe: false })
    await until('that shows too', async () => (await w.shown(id, inGroup)).removedAt)
    for (const [where, gone] of [
      [`+${ANN}`, [ours.id, theirs]],
      [group, [inGroup]],
    ] as const) {
      const { messages } = (
        await w.call<{ messages: { id: string }[] }>('GET', path(`/chats/${where}/messages`))
      ).body
      for (const one of gone) expect(messages.map((message) => message.id)).not.toContain(one)
    }
    expect((await w.call('DELETE', path('/messages/3EB0FFFF'))).status).toBe(404)
  },
)

capability(
  'Change a chat while another device is faster',
  'PATCH /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    const pin = (number: string) => w.call('PATCH', path(`/chats/+${number}`), { pinned: true })
    await w.phones.fault({ kind: 'outpaced', number: PHONE })
    expect(await pin(BOB)).toMatchObject({
      status: 502,
      body: { code: 'WHATSAPP_REFUSED', details: { whatsapp: 409 } },
    })
    expect((await onPhone(BOB))?.pinned ?? false).toBe(false)
    const later = pin(BOB)
    await w.phones.fault({ kind: 'outpaced', number: PHONE, off: true })
    const answer = await later
    if (answer.status !== 200) expect(await pin(BOB)).toMatchObject({ status: 200 })
    expect(await onPhone(BOB)).toMatchObject({ pinned: true })
    // What the phone does afterwards is heard: nobody has lost count.
    await w.phones.change(PHONE, { chat: BOB, archived: true })
    await until('the phone is heard', async () => (await chat(BOB))?.isArchived === true)
    expect(await chat(BOB)).toMatchObject({ isPinned: true })
    expect((await w.phones.stats()).problems).toEqual([])
  },
)

capability(
  'Hear that a chat was cleared or deleted on the phone',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages · GET /api/sessions/{sessionId}/messages · GET /api/sessions/{sessionId}/chats',
  async () => {
    const said = async () => {
      const { messages } = (
        await w.call<{ messages: { id: string }[] }>('GET', path(`/chats/+${CAT}/messages`))
      ).body
      return messages.map((one) => one.id)
    }
    const found = async (search: string) =>
      (await w.call<{ messages: { id: string }[] }>('GET', path(`/messages?search=${search}`))).body.messages
    const old = await writes(CAT, 'Marzipan')
    const upTo = new Date().toISOString()
    await until('a second is over', () => Date.now() > Date.parse(upTo) + 1_100)
    const kept = await writes(CAT, 'Nougat')
    await w.phones.change(PHONE, { chat: CAT, cleared: true, upTo })
    const late = await w.event(id, 'chat.cleared', ({ chatId }) => chatId === jidOf(CAT))
    expect(Date.parse(late.payload.upTo ?? '')).toBeGreaterThan(Date.parse(upTo) - 1_000)
    expect(await said()).toEqual([kept])
    expect(await found('marzipan')).toEqual([])
    expect(await found('nougat')).toMatchObject([{ id: kept }])
    expect(await w.shown(id, old)).toMatchObject({ text: 'Marzipan' })

    await w.phones.change(PHONE, { chat: CAT, cleared: true })
    await until('nothing is left', async () => (await said()).length === 0)
    expect(
      (await w.call<{ chat: Chat & { lastMessage: unknown } }>('GET', path(`/chats/+${CAT}`))).body.chat,
    ).toMatchObject({ lastMessage: null, unreadCount: 0 })
    expect(await listed()).toContain(jidOf(CAT))
    const { id: group } = await w.phones.createGroup({
      creator: ANN,
      subject: 'Chess',
      participants: [PHONE],
    })
    await writes(ANN, 'Check', group)
    await w.phones.change(PHONE, { chat: group, deleted: true })
    await w.event(id, 'chat.deleted', ({ chatId }) => chatId === group)
    expect(await listed()).not.toContain(group)
    const again = await writes(ANN, 'Mate', group)
    const { messages } = (
      await w.call<{ messages: { id: string }[] }>('GET', path(`/chats/${group}/messages`))
    ).body
    expect(messages.map((one) => one.id)).toEqual([again])
  },
)

capability(
  'Clear and delete a chat on the phone',
  'POST /api/sessions/{sessionId}/chats/{chatId}/clear · DELETE /api/sessions/{sessionId}/chats/{chatId}',
  async () => {
    expect((await w.call('POST', path(`/chats/+${ANN}/clear`))).status).toBe(200)
    expect(await onPhone(ANN)).toMatchObject({ cleared: true, deleted: false })
    await w.event(id, 'chat.cleared', ({ chatId }) => chatId === jidOf(ANN))
    expect((await w.call('GET', path(`/chats/+${ANN}/messages`))).body).toMatchObject({ messages: [] })
    expect(await listed()).toContain(jidOf(ANN))
    expect((await w.call('DELETE', path(`/chats/+${ANN}`))).status).toBe(200)
    expect(await onPhone(ANN)).toMatchObject({ deleted: true })
    expect(await listed()).not.toContain(jidOf(ANN))
    await w.phones.change(PHONE, { chat: BOB, deleted: true })
    await w.event(id, 'chat.deleted', ({ chatId }) => chatId === jidOf(BOB))
    expect(await listed()).not.toContain(jidOf(BOB))
    await writes(BOB, 'Hello again')
    expect(await listed()).toContain(jidOf(BOB))
    const { unknownQueries, problems } = await w.phones.stats()
    expect({ unknownQueries, problems }).toEqual({ unknownQueries: {}, problems: [] })
  },
)
