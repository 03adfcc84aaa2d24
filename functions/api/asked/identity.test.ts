import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { iso } from '#core/platform/clock.ts'
import type { Session } from '#core/session.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { CAROL, received } from '../../../test/support/events.ts'

const [NUMBER, LID, STRANGER] = ['+4915100000003', '900003@lid', '900077@lid']
const GROUP = '120363025246125486@g.us'
const VOICE = '3A00000000000000000A'
let w: World
let session: Session

beforeAll(async () => {
  w = await apiWorld()
  session = await w.connected()
  const base = { sessionId: session.id, accountId: 'acme', timestamp: iso(w.clock.now) }
  const contact = { id: CAROL, phoneNumber: NUMBER, lid: LID, username: 'carol.c', pushName: 'Carol' }
  const label = { id: '7', name: 'Paid', color: 3 }
  await append(w.store, w.retention, [
    { id: w.newEventId(), ...base, type: 'contact.updated', payload: { contact } },
    { id: w.newEventId(), ...base, type: 'label.updated', payload: { label } },
    {
      id: w.newEventId(),
      ...base,
      type: 'label.added',
      payload: { labelId: '7', chatId: CAROL },
    },
    received({ id: session.id, accountId: 'acme' }, w.clock.now, {
      id: VOICE,
      type: 'audio',
      text: 'invoice',
    }),
  ])
})
afterAll(() => w.close())

const of = (path: string) => `/api/sessions/${session.id}${path}`

/** Every call that WhatsApp answers and that takes a chat or a person: what is asked of the connector then. */
const ASKED: [call: string, path: (id: string) => string, body?: (id: string) => Record<string, unknown>][] =
  [
    ['POST typing', (id) => `/chats/${id}/typing`, () => ({})],
    ['GET presence', (id) => `/chats/${id}/presence`],
    ['POST read', (id) => `/chats/${id}/read`, () => ({})],
    ['POST played', (id) => `/chats/${id}/played`, () => ({ messageIds: [VOICE] })],
    ['PATCH chat', (id) => `/chats/${id}`, () => ({ archived: true })],
    ['PATCH disappearing', (id) => `/chats/${id}`, () => ({ disappearingSeconds: 86_400 })],
    ['POST clear', (id) => `/chats/${id}/clear`],
    ['DELETE chat', (id) => `/chats/${id}`],
    ['POST history', (id) => `/chats/${id}/history`, () => ({})],
    ['PUT label', (id) => `/chats/${id}/labels/7`],
    ['DELETE label', (id) => `/chats/${id}/labels/7`],
    ['PUT labels', (id) => `/chats/${id}/labels`, () => ({ labels: [] })],
    ['PUT contact', (id) => `/contacts/${id}`, () => ({ name: 'Carol' })],
    ['DELETE contact', (id) => `/contacts/${id}`],
    ['GET profile', (id) => `/contacts/${id}/profile`],
    ['PUT blocklist', (id) => `/blocklist/${id}`],
    ['DELETE blocklist', (id) => `/blocklist/${id}`],
    ['POST calls', () => '/calls/CALL1/reject', (id) => ({ from: id })],
    ['POST groups', () => '/groups', (id) => ({ subject: 'Friends', participants: [id] })],
    ...(['add', 'remove', 'promote', 'demote'] as const).map((action): (typeof ASKED)[number] => [
      `POST ${action}`,
      () => `/groups/${GROUP}/participants/${action}`,
      (id) => ({ participants: [id] }),
    ]),
    ['POST requests', () => `/groups/${GROUP}/join-requests/approve`, (id) => ({ participants: [id] })],
    ['POST numbers', () => '/numbers/check', (id) => ({ numbers: [id] })],
  ]

describe('what WhatsApp is asked about a person is asked about the one person', () => {
  test.each(ASKED)('%s', async (call, path, body) => {
    const [method = ''] = call.split(' ')
    await w.commands()
    await w.request(method, of(path(LID)), body?.(LID))
    const asked = (await w.commands()).flatMap(({ command }) =>
      command.type === 'session.request' ? [JSON.stringify(command.input)] : [],
    )
    expect(asked.length).toBeGreaterThan(0)
    for (const input of asked) {
      expect(input).toContain('4915100000003')
      expect(input).not.toContain(LID)
    }
  })

  test('of several people, the one that cannot be reached is named by its place', async () => {
    const participants = [NUMBER, 'nobody']
    const path = of(`/groups/${GROUP}/participants/add`)
    expect((await w.request('POST', path, { participants })).body).toMatchObject({
      code: 'INVALID_RECIPIENT',
      details: { index: 1 },
    })
  })

  test('a LID that no number is known of is asked about as it is', async () => {
    await w.commands()
    await w.request('POST', of(`/chats/${STRANGER}/typing`), {})
    expect(await w.commands()).toMatchObject([{ command: { input: { chatId: STRANGER } } }])
  })

  test('every call of the API that takes a chat or a person is in a table here', async () => {
    const { paths } = JSON.parse(await (await w.app.request('/openapi.json')).text()) as {
      paths: Record<string, object>
    }
    const taking = Object.keys(paths).filter((path) => /\{(chatId|contactId|phone_number)\}/.test(path))
    const listed = [...ASKED.map(([, path]) => of(path('{id}'))), ...STORED]
      .map((path) => path.replace(session.id, '{sessionId}').replace('/labels/7', '/labels/{labelId}'))
      .map((path) => path.replace(/\?.*/, ''))
    const plain = (path: string) => path.replace(/\{(chatId|contactId|phone_number)\}/, '{id}')
    expect(taking.map(plain).filter((path) => !listed.includes(path))).toEqual([])
  })
})

/** Those that are answered from what is stored; tested one by one below. */
const STORED = [
  '/api/sessions/{sessionId}/chats/{id}',
  '/api/sessions/{sessionId}/chats/{id}/messages',
  '/api/sessions/{sessionId}/chats/{id}/labels',
  '/api/sessions/{sessionId}/contacts/{id}',
  '/session/{id}',
]

describe('what is stored of a person is found by the LID', () => {
  test('chat, messages, labels, contact, search', async () => {
    const get = async (path: string) => (await w.request('GET', of(path))).body
    expect(await get(`/chats/${LID}`)).toMatchObject({ chat: { id: CAROL } })
    expect(await get(`/chats/${LID}/messages`)).toMatchObject({ messages: [{ text: 'invoice' }] })
    expect(await get(`/chats/${LID}/labels`)).toMatchObject({ labels: [{ id: '7' }] })
    expect(await get(`/contacts/${LID}`)).toMatchObject({ contact: { id: CAROL, lid: LID } })
    expect(await get(`/messages?chatId=${LID}&search=invoice`)).toMatchObject({
      messages: [{ text: 'invoice', chatId: CAROL }],
    })
  })

  test('messages: to, mentions, who sees a status', async () => {
    const send = async (body: object) =>
      (await w.request('POST', '/api/messages', { sessionId: session.id, ...body })).body
    expect(await send({ to: LID, text: 'Hi' })).toMatchObject({ message: { chatId: CAROL, to: NUMBER } })
    expect(await send({ to: GROUP, text: 'Hi @Carol', mentions: [LID, NUMBER] })).toMatchObject({
      message: { mentions: [NUMBER] },
    })
    await w.commands()
    await send({ to: 'status', text: 'Open', statusRecipients: [LID, NUMBER] })
    expect(await w.commands()).toMatchObject([{ command: { recipients: [CAROL] } }])
  })

  test('a message that is cancelled is told by both ids', async () => {
    const sendAt = iso(w.clock.now + 3_600_000)
    const body = { sessionId: session.id, to: LID, text: 'Later', sendAt }
    const { id } = (await w.request('POST', '/api/messages', body)).body.message
    expect(await w.request('DELETE', `/api/messages/${id}`)).toMatchObject({ status: 202 })
    const { events } = (await w.request('GET', of('/events?limit=100'))).body
    expect(events.at(-1)).toMatchObject({
      type: 'message.status',
      payload: { messageId: id, reason: 'cancelled', person: { phoneNumber: NUMBER, lid: LID } },
    })
  })

  test('conversations: begun and looked for', async () => {
    const channel = { type: 'session', sessionId: session.id }
    const begun = await w.request('POST', '/api/conversations', { phoneNumber: LID, channel })
    expect(begun).toMatchObject({ status: 201, body: { conversation: { phoneNumber: NUMBER } } })
    for (const query of [
      `phoneNumber=${LID}`,
      `phoneNumber=${LID}&sessionId=${session.id}`,
      `phoneNumber=${CAROL}`,
      'phoneNumber=@Carol.C',
      `phoneNumber=@carol.c&sessionId=${session.id}`,
    ])
      expect((await w.request('GET', `/api/conversations?${query}`)).body).toMatchObject({
        conversations: [{ phoneNumber: NUMBER }],
      })
    expect((await w.request('GET', `/session/${LID}`)).body).toMatchObject({
      session: { phone_number: NUMBER },
    })
    expect(await w.request('GET', '/session/@carol.c')).toMatchObject({ status: 200 })
    expect(await w.request('GET', '/session/1@lid')).toMatchObject({ status: 400 })
    for (const query of ['phoneNumber=@nobody.c', `phoneNumber=@nobody.c&sessionId=${session.id}`])
      expect(await w.request('GET', `/api/conversations?${query}`)).toMatchObject({
        status: 404,
        body: { code: 'USERNAME_UNKNOWN' },
      })
  })
})
