import { expect } from 'vitest'
import { type CapabilityWorld, capability, jidOf, oneLine } from '../../support/capability.ts'
import { ogg, png } from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
const path = (rest: string) => `/api/sessions/${id}${rest}`

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

capability('Check numbers in bulk', 'POST /api/sessions/{sessionId}/numbers/check', async () => {
  const numbers = [`+${ANN}`, '99912345678', '0049', `${ANN}@s.whatsapp.net`, '120363025246125486@g.us']
  const { body } = await w.call<{ numbers: Record<string, unknown>[] }>('POST', path('/numbers/check'), {
    numbers,
  })
  expect(body.numbers).toMatchObject([
    { number: `+${ANN}`, exists: true, chatId: jidOf(ANN), phoneNumber: `+${ANN}` },
    { exists: false, chatId: null, error: expect.any(String) },
    { number: '0049', exists: false, error: expect.any(String) },
    { exists: true, chatId: jidOf(ANN) },
    { exists: false, error: expect.any(String) },
  ])
})

capability('Show typing and recording', 'POST /api/sessions/{sessionId}/chats/{chatId}/typing', async () => {
  const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Choir', participants: [PHONE] })
  for (const [chat, shownIn] of [
    [`+${ANN}`, `+${PHONE}`],
    [group, group],
  ] as const)
    for (const state of ['composing', 'recording', 'paused']) {
      expect((await w.call('POST', path(`/chats/${chat}/typing`), { state })).status).toBe(200)
      await until(`Ann sees ${state}`, async () => {
        const seen = (await w.phones.activity(ANN)).activity.at(-1)
        return seen?.from === `+${PHONE}` && seen.chat === shownIn && seen.state === state
      })
    }
  expect(await w.call('POST', path(`/chats/+${ANN}/typing`), { state: 'dancing' })).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_ERROR' },
  })
})

capability('Be online or offline', 'POST /api/sessions/{sessionId}/presence', async () => {
  const isOnline = async () =>
    (await w.phones.phones())
      .find(({ number }) => number === `+${PHONE}`)
      ?.devices.some(({ online }) => online)
  for (const state of ['online', 'offline'] as const) {
    expect((await w.call('POST', path('/presence'), { state })).status).toBe(200)
    await until(`it is ${state}`, async () => (await isOnline()) === (state === 'online'))
  }
})

capability(
  'See whether somebody is there',
  'GET /api/sessions/{sessionId}/chats/{chatId}/presence',
  async () => {
    const { body } = await w.call('GET', path(`/chats/+${ANN}/presence`))
    expect(body).toMatchObject({ presence: { state: 'available' } })
  },
)

capability('Mark messages as read', 'POST /api/sessions/{sessionId}/chats/{chatId}/read', async () => {
  const other = await w.line('4915100000009')
  const sent = await w.sends(other.id, { to: `+${PHONE}`, text: 'Read me' })
  await w.received(id, sent.id)
  const { body } = await w.call('POST', path('/chats/+4915100000009/read'), { messageIds: [sent.id] })
  expect(body).toMatchObject({ read: 1 })
  await until('the sender sees it', async () => (await w.shown(other.id, sent.id)).status === 'read')
  expect(await w.call('POST', path(`/chats/+${ANN}/read`), { messageIds: [sent.id] })).toMatchObject({
    status: 404,
    body: { code: 'MESSAGE_NOT_FOUND' },
  })
})

capability(
  'Mark as read what a phone wrote, alone and in a group',
  'POST /api/sessions/{sessionId}/chats/{chatId}/read',
  async () => {
    const { id: group } = await w.phones.createGroup({ creator: ANN, subject: 'Team', participants: [PHONE] })
    for (const [to, chat] of [
      [PHONE, `+${ANN}`],
      [group, group],
    ] as const) {
      const sent = await w.phones.send(ANN, { to, text: 'Seen?' })
      await w.received(id, sent.id)
      const statuses = async () =>
        (await w.phones.receipts(sent.id)).receipts.map((one) => `${one.by} ${one.status}`)
      await until('Ann sees it delivered', async () => (await statuses()).includes(`+${PHONE} delivered`))
      expect(await statuses()).not.toContain(`+${PHONE} read`)
      await w.call('POST', path(`/chats/${chat}/read`), { messageIds: [sent.id] })
      await until('Ann sees it read', async () => (await statuses()).includes(`+${PHONE} read`))
    }
  },
)

capability(
  'Mark a voice note as played',
  'POST /api/sessions/{sessionId}/chats/{chatId}/played',
  async () => {
    const audio = { data: ogg.toString('base64'), mimetype: 'audio/ogg; codecs=opus', voice: true }
    const sent = await w.phones.send(ANN, { to: PHONE, audio })
    const text = await w.phones.send(ANN, { to: PHONE, text: 'And a text' })
    await w.received(id, sent.id)
    await w.received(id, text.id)
    const { body } = await w.call('POST', path(`/chats/+${ANN}/played`), { messageIds: [sent.id, text.id] })
    expect(body).toMatchObject({ played: 1 })
    await until('Ann sees it', async () =>
      (await w.phones.receipts(sent.id)).receipts.some(({ status }) => status === 'played'),
    )
  },
)

capability('See a profile', 'GET /api/sessions/{sessionId}/contacts/{contactId}/profile', async () => {
  const { body } = await w.call('GET', path(`/contacts/+${ANN}/profile`))
  expect(body).toMatchObject({ profile: { id: jidOf(ANN), about: 'Hey there!', picture: null } })
})

capability(
  'See what a business says of itself',
  'GET /api/sessions/{sessionId}/contacts/{contactId}/profile',
  async () => {
    const business = {
      description: 'Fresh bread',
      website: 'https://bakery.example',
      email: 'bread@bakery.example',
      address: 'Mill Street 1',
      category: 'Bakery',
    }
    await w.phones.business('4915100000013', business)
    const { body } = await w.call('GET', path('/contacts/+4915100000013/profile'))
    expect(body).toMatchObject({ profile: { business } })
    expect((await w.call('GET', path(`/contacts/+${ANN}/profile`))).body).toMatchObject({
      profile: { business: null },
    })
  },
)

capability(
  'Hear of new profile pictures',
  'GET /api/sessions/{sessionId}/contacts/{contactId}/profile',
  async () => {
    await w.phones.picture(ANN, png.toString('base64'))
    await w.event(id, 'picture.updated', ({ chatId, removed }) => chatId === jidOf(ANN) && !removed)
    const { body } = await w.call<{ profile: { picture: string } }>('GET', path(`/contacts/+${ANN}/profile`))
    expect(Buffer.from(await (await fetch(body.profile.picture)).arrayBuffer())).toEqual(png)
    await w.phones.picture(ANN, null)
    await w.event(id, 'picture.updated', ({ chatId, removed }) => chatId === jidOf(ANN) && removed)
  },
)

capability('Change the own name', 'PUT /api/sessions/{sessionId}/profile {name}', async () => {
  expect((await w.call('PUT', path('/profile'), { name: 'Corner shop' })).status).toBe(200)
  expect((await w.phones.state(PHONE)).pushName).toBe('Corner shop')
  expect((await w.call('PUT', path('/profile'), { name: 'x'.repeat(26) })).body).toMatchObject({
    code: 'VALIDATION_ERROR',
  })
})

capability('Change the own about text', 'PUT /api/sessions/{sessionId}/profile', async () => {
  expect((await w.call('PUT', path('/profile'), { about: 'At work' })).status).toBe(200)
  const { body } = await w.call('GET', path(`/contacts/+${PHONE}/profile`))
  expect(body).toMatchObject({ profile: { about: 'At work' } })
})

capability(
  'Change the own picture',
  'PUT /api/sessions/{sessionId}/profile/picture · DELETE /api/sessions/{sessionId}/profile/picture',
  async () => {
    const picture = async () => {
      const { body } = await w.call<{ profile: { picture: string | null } }>(
        'GET',
        path(`/contacts/+${PHONE}/profile`),
      )
      return body.profile.picture
    }
    const given = await w.call('PUT', path('/profile/picture'), { base64: png.toString('base64') })
    expect(given.status).toBe(200)
    const answer = await fetch((await picture()) ?? '')
    expect(Buffer.from(await answer.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect((await w.call('DELETE', path('/profile/picture'))).status).toBe(200)
    expect(await picture()).toBeNull()
    expect(await w.call('PUT', path('/profile/picture'), { base64: 'aGVsbG8=' })).toMatchObject({
      status: 415,
    })
  },
)

capability(
  'Change the picture of a group',
  'PUT /api/sessions/{sessionId}/groups/{groupId}/picture · GET /api/sessions/{sessionId}/groups/{groupId}/picture · DELETE /api/sessions/{sessionId}/groups/{groupId}/picture',
  async () => {
    const { id: group } = await w.phones.createGroup({ creator: PHONE, subject: 'Art', participants: [ANN] })
    const at = path(`/groups/${group}/picture`)
    const other = await w.line('4915100000014')
    await w.call('POST', path(`/groups/${group}/participants/add`), { participants: ['+4915100000014'] })
    expect((await w.call('GET', at)).body).toMatchObject({ picture: null, pictureFull: null })
    expect((await w.call('PUT', at, { base64: png.toString('base64') })).status).toBe(200)
    const { body } = await w.call<{ picture: string }>('GET', at)
    const shown = Buffer.from(await (await fetch(body.picture)).arrayBuffer())
    expect(shown.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    const { payload } = await w.event(other.id, 'picture.updated', ({ chatId }) => chatId === group)
    expect(payload).toMatchObject({ removed: false, by: { lid: expect.stringMatching(/@lid$/) } })
    expect((await w.call('DELETE', at)).status).toBe(200)
    expect((await w.call('GET', at)).body).toMatchObject({ picture: null })
  },
)

capability(
  'Block somebody',
  'PUT /api/sessions/{sessionId}/blocklist/{contactId} · GET /api/sessions/{sessionId}/blocklist · DELETE /api/sessions/{sessionId}/blocklist/{contactId}',
  async () => {
    await w.sends(id, { to: ANN, text: 'We know each other' })
    expect((await w.call('PUT', path(`/blocklist/+${ANN}`))).status).toBe(200)
    expect((await w.call('GET', path('/blocklist'))).body).toMatchObject({
      blocked: [{ phoneNumber: `+${ANN}` }],
    })
    const unheard = await w.phones.send(ANN, { to: PHONE, text: 'Do you hear me?' })
    const marker = await w.phones.send('4915100000015', { to: PHONE, text: 'A marker' })
    await w.received(id, marker.id)
    expect((await w.call('GET', `/api/messages/${unheard.id}`)).status).toBe(404)
    expect((await w.call('DELETE', path(`/blocklist/+${ANN}`))).status).toBe(200)
    expect((await w.call('GET', path('/blocklist'))).body).toMatchObject({ blocked: [] })
    const heard = await w.phones.send(ANN, { to: PHONE, text: 'And now?' })
    expect((await w.received(id, heard.id)).text).toBe('And now?')
  },
)

capability('Link by pairing code', 'POST /api/sessions/{sessionId}/pairing-code', async () => {
  const session = await w.session()
  await w.ask(session.id, 'start')
  await w.qrOf(session.id)
  const number = '4915100000011'
  const pairing = `/api/sessions/${session.id}/pairing-code`
  const { body } = await w.call<{ code: string; expiresAt: string }>('POST', pairing, {
    phoneNumber: `+${number}`,
  })
  expect(body.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  await w.phones.pair(number, body.code)
  const { state } = await w.untilStatus(session.id, 'connected')
  expect(state).toMatchObject({ linked: true, phoneNumber: `+${number}` })
  expect((await w.call('POST', pairing, { phoneNumber: `+${number}` })).body).toMatchObject({
    code: 'SESSION_ALREADY_CONNECTED',
  })
})
