import { expect } from 'vitest'
import { type Answer, type CapabilityWorld, capability, oneLine } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
const CAROL = '4915100000004'
type Group = {
  id: string
  subject: string
  description?: string
  participants: { phoneNumber: string; role: string }[]
}
let w: CapabilityWorld
let id: string
let group: string
const base = () => `/api/sessions/${id}/groups`
const call = <T = { group: Group }>(
  method: string,
  path: string,
  body?: Record<string, unknown>,
): Promise<Answer<T>> => w.call<T>(method, `${base()}${path}`, body)
const people = (shown: Group) =>
  shown.participants.map(({ phoneNumber, role }) => `${phoneNumber} ${role}`).sort()

oneLine(PHONE, (world, line) => {
  w = world
  id = line
})

capability('Create a group', 'POST /api/sessions/{sessionId}/groups', async () => {
  const { status, body } = await call('POST', '', { subject: 'Friends', participants: [`+${ANN}`] })
  expect(status).toBe(200)
  group = body.group.id
  expect(body.group.subject).toBe('Friends')
  expect(people(body.group)).toEqual([`+${PHONE} superadmin`, `+${ANN} member`])
  expect(await w.phones.group(group)).toMatchObject({ subject: 'Friends', creator: `+${PHONE}` })
})

capability('List groups', 'GET /api/sessions/{sessionId}/groups', async () => {
  const { body } = await call<{ groups: Group[] }>('GET', '')
  expect(body.groups).toMatchObject([{ id: group, subject: 'Friends' }])
})

capability('Write to a group, and read what others write', 'POST /api/messages', async () => {
  const sent = await w.sends(id, { to: group, text: 'Hello all' })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ text: 'Hello all', to: group })
  const back = await w.phones.send(ANN, { to: group, text: 'Hello' })
  expect(await w.received(id, back.id)).toMatchObject({ chatId: group, from: `+${ANN}`, text: 'Hello' })
})

capability(
  'Change subject, description and settings',
  'PATCH /api/sessions/{sessionId}/groups/{groupId}',
  async () => {
    const change = {
      subject: 'Good friends',
      description: 'Only good ones',
      announce: true,
      locked: true,
      membersCanAdd: true,
      disappearingSeconds: 86_400,
    }
    const { body } = await call('PATCH', `/${group}`, change)
    expect(body.group).toMatchObject(change)
    const back = await call('PATCH', `/${group}`, {
      description: '',
      announce: false,
      locked: false,
      membersCanAdd: false,
      disappearingSeconds: 0,
    })
    expect(back.body.group).toMatchObject({ subject: 'Good friends', announce: false, locked: false })
    expect(back.body.group.description).toBeUndefined()
  },
)

capability(
  'Add, promote, demote and remove people',
  'POST /api/sessions/{sessionId}/groups/{groupId}/participants/{action}',
  async () => {
    const act = (action: string, participants: string[]) =>
      call<{ results: { status: string }[] }>('POST', `/${group}/participants/${action}`, { participants })
    const shown = async () => people((await call('GET', `/${group}`)).body.group)
    expect((await act('add', [`+${BOB}`])).body.results).toMatchObject([
      { person: { phoneNumber: `+${BOB}` }, status: '200' },
    ])
    await act('promote', [`+${ANN}`])
    expect(await shown()).toEqual([`+${PHONE} superadmin`, `+${ANN} admin`, `+${BOB} member`])
    await act('demote', [`+${ANN}`])
    await act('remove', [`+${BOB}`])
    expect(await shown()).toEqual([`+${PHONE} superadmin`, `+${ANN} member`])
  },
)

capability('Show a group', 'GET /api/sessions/{sessionId}/groups/{groupId}', async () => {
  expect((await call('GET', `/${group}`)).body.group).toMatchObject({
    id: group,
    owner: { phoneNumber: `+${PHONE}` },
  })
  expect(await call('GET', '/120363000000000000@g.us')).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND' },
  })
  expect(await call('GET', `/+${ANN}`)).toMatchObject({ status: 400, body: { code: 'INVALID_RECIPIENT' } })
})

capability(
  'Get an invite link, and revoke it',
  'GET /api/sessions/{sessionId}/groups/{groupId}/invite · DELETE /api/sessions/{sessionId}/groups/{groupId}/invite',
  async () => {
    const { body } = await call<{ code: string; inviteLink: string }>('GET', `/${group}/invite`)
    expect(body.inviteLink).toBe(`https://chat.whatsapp.com/${body.code}`)
    await w.phones.joinGroup(BOB, body.code)
    expect(people((await call('GET', `/${group}`)).body.group)).toContain(`+${BOB} member`)
    const { body: after } = await call<{ code: string }>('DELETE', `/${group}/invite`)
    expect(after.code).not.toBe(body.code)
    await expect(w.phones.joinGroup(CAROL, body.code)).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' })
  },
)

capability(
  'Let people in who ask for it',
  'GET /api/sessions/{sessionId}/groups/{groupId}/join-requests · POST /api/sessions/{sessionId}/groups/{groupId}/join-requests/{action}',
  async () => {
    await call('PATCH', `/${group}`, { joinApproval: true })
    const { code } = (await call<{ code: string }>('GET', `/${group}/invite`)).body
    await w.phones.joinGroup(CAROL, code)
    const { body } = await call<{ requests: unknown[] }>('GET', `/${group}/join-requests`)
    expect(body.requests).toMatchObject([
      { person: { phoneNumber: `+${CAROL}` }, requestedAt: expect.any(String) },
    ])
    const { payload } = await w.event(id, 'group.join_request', ({ groupId }) => groupId === group)
    expect(payload).toMatchObject({
      action: 'created',
      people: [{ phoneNumber: `+${CAROL}` }],
      method: 'invite_link',
    })
    await call('POST', `/${group}/join-requests/approve`, { participants: [`+${CAROL}`] })
    expect(people((await call('GET', `/${group}`)).body.group)).toContain(`+${CAROL} member`)
  },
)

capability(
  'Refuse people who ask to come in',
  'POST /api/sessions/{sessionId}/groups/{groupId}/join-requests/{action}',
  async () => {
    const dave = '4915100000005'
    const { code } = (await call<{ code: string }>('GET', `/${group}/invite`)).body
    await w.phones.joinGroup(dave, code)
    await call('POST', `/${group}/join-requests/reject`, { participants: [`+${dave}`] })
    const { body } = await call<{ requests: unknown[] }>('GET', `/${group}/join-requests`)
    expect(body.requests).toEqual([])
    expect(people((await call('GET', `/${group}`)).body.group).join()).not.toContain(dave)
    const { payload } = await w.event(id, 'group.join_request', ({ action }) => action === 'rejected')
    expect(payload).toMatchObject({ people: [{ phoneNumber: `+${dave}` }] })
  },
)

capability(
  'Be shown with a tag, and hear of the tags of others',
  'PUT /api/sessions/{sessionId}/groups/{groupId}/tag',
  async () => {
    expect((await call('PUT', `/${group}/tag`, { tag: 'Treasurer' })).status).toBe(200)
    await until('Ann sees it', async () =>
      (await w.phones.inbox(ANN)).messages.some(
        ({ type, text, to }) => type === 'member_tag' && text === 'Treasurer' && to === group,
      ),
    )
    await w.phones.send(ANN, { to: group, memberTag: { text: 'Founder' } })
    const { payload } = await w.event(id, 'group.member_tag', ({ tag }) => tag === 'Founder')
    expect(payload).toMatchObject({ groupId: group, member: { phoneNumber: `+${ANN}` } })
    expect((await call('PUT', `/${group}/tag`, { tag: 'x'.repeat(31) })).status).toBe(400)
    expect((await call('PUT', `/${group}/tag`, { tag: '' })).status).toBe(200)
  },
)

capability(
  'See who of a group has received and read a message, and when',
  'GET /api/messages/{messageId}/receipts',
  async () => {
    const sent = await w.sends(id, { to: group, text: 'Read me' })
    const receipts = async (messageId: string, query = '') =>
      (
        await w.call<{
          receipts: { participant: string; deliveredAt?: string; readAt?: string }[]
          nextCursor: string | null
        }>('GET', `/api/messages/${messageId}/receipts${query}`)
      ).body
    await until('all have it', async () => (await receipts(sent.id)).receipts.length === 3)
    await w.phones.read(ANN, [sent.id])
    const reader = async () => (await receipts(sent.id)).receipts.find(({ readAt }) => readAt)
    await until('Ann has read it', reader)
    expect(await reader()).toEqual({
      participant: `+${ANN}`,
      deliveredAt: expect.any(String),
      readAt: expect.any(String),
    })
    const first = await receipts(sent.id, '?limit=2')
    const rest = await receipts(sent.id, `?limit=2&cursor=${encodeURIComponent(first.nextCursor!)}`)
    expect([first.receipts.length, rest.receipts.length, rest.nextCursor]).toEqual([2, 1, null])

    const alone = await w.sends(id, { to: BOB, text: 'You alone' })
    await w.atPhone(BOB, alone.id)
    await w.phones.read(BOB, [alone.id])
    await until('Bob has read it', async () => (await receipts(alone.id)).receipts[0]?.readAt)
    expect((await receipts(alone.id)).receipts).toMatchObject([{ participant: `+${BOB}` }])
    expect(await w.call('GET', '/api/messages/3EB0FFFF/receipts')).toMatchObject({ status: 404 })
  },
)

capability(
  'Join by an invite link, after a look',
  'POST /api/sessions/{sessionId}/groups/invite-info · POST /api/sessions/{sessionId}/groups/join',
  async () => {
    const other = await w.line(BOB)
    const made = await w.call<{ group: Group }>('POST', `/api/sessions/${other.id}/groups`, {
      subject: 'Others',
      participants: [`+${ANN}`],
    })
    const { body } = await w.call<{ inviteLink: string }>(
      'GET',
      `/api/sessions/${other.id}/groups/${made.body.group.id}/invite`,
    )
    const seen = await call('POST', '/invite-info', { invite: body.inviteLink })
    expect(seen.body.group).toMatchObject({ subject: 'Others' })
    const joined = await call<{ groupId: string }>('POST', '/join', { invite: body.inviteLink })
    expect(joined.body.groupId).toBe(made.body.group.id)
    const listed = await call<{ groups: Group[] }>('GET', '')
    expect(listed.body.groups.map(({ subject }) => subject)).toContain('Others')
    expect(await call('POST', '/join', { invite: 'AAAAAAAAAAAAAAAAAAAAAA' })).toMatchObject({ status: 404 })
    expect(await call('POST', '/join', { invite: 'https://evil.example/x' })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR' },
    })
  },
)

capability('Leave a group', 'POST /api/sessions/{sessionId}/groups/{groupId}/leave', async () => {
  await call('POST', `/${group}/leave`)
  await until(
    'we are out',
    async () => !(await w.phones.group(group)).participants.some(({ number }) => number === `+${PHONE}`),
  )
  expect(await call('GET', `/${group}`)).toMatchObject({
    status: 502,
    body: { code: 'WHATSAPP_REFUSED', details: { whatsapp: 403 } },
  })
  expect((await w.phones.stats()).unknownQueries).toEqual({})
})
