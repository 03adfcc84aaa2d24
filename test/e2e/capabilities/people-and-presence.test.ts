import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { png } from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
const path = (rest: string) => `/api/sessions/${id}${rest}`

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
})
afterAll(() => w.close())

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
  for (const state of ['composing', 'recording', 'paused'])
    expect((await w.call('POST', path(`/chats/+${ANN}/typing`), { state })).status).toBe(200)
  expect(await w.call('POST', path(`/chats/+${ANN}/typing`), { state: 'dancing' })).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_ERROR' },
  })
})

capability('Be online or offline', 'POST /api/sessions/{sessionId}/presence', async () => {
  expect((await w.call('POST', path('/presence'), { state: 'online' })).status).toBe(200)
  expect((await w.call('POST', path('/presence'), { state: 'offline' })).status).toBe(200)
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

capability('See a profile', 'GET /api/sessions/{sessionId}/contacts/{contactId}/profile', async () => {
  const { body } = await w.call('GET', path(`/contacts/+${ANN}/profile`))
  expect(body).toMatchObject({ profile: { id: jidOf(ANN), about: 'Hey there!', picture: null } })
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
  'PUT /api/sessions/{sessionId}/groups/{groupId}/picture · DELETE /api/sessions/{sessionId}/groups/{groupId}/picture',
  async () => {
    const { id: group } = await w.phones.createGroup({ creator: PHONE, subject: 'Art', participants: [ANN] })
    const at = path(`/groups/${group}/picture`)
    expect((await w.call('PUT', at, { base64: png.toString('base64') })).status).toBe(200)
    expect((await w.call('DELETE', at)).status).toBe(200)
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
    expect((await w.call('DELETE', path(`/blocklist/+${ANN}`))).status).toBe(200)
    expect((await w.call('GET', path('/blocklist'))).body).toMatchObject({ blocked: [] })
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
    code: 'SESSION_NOT_CONNECTED',
  })
})
