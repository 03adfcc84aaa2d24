import { afterAll, beforeAll, expect } from 'vitest'
import type { HistoryState } from '#core/history.ts'
import type { Settings } from '#core/session.ts'
import { rememberedNumber } from '../../../sandbox/people/past.ts'
import {
  type CapabilityWorld,
  capability,
  capabilityWorld,
  jidOf,
  type Shown,
} from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
const BOB = '4915100000003'
/** As many as the phone hands over by itself. */
const BY_ITSELF = 50
let w: CapabilityWorld
let before: Shown
let group: string
let present: string | undefined
const older: string[] = []
const newer: string[] = []

/** WhatsApp tells times in whole seconds. */
const nextSecond = async () => {
  const second = Math.floor(Date.now() / 1_000)
  await until('the next second', () => Math.floor(Date.now() / 1_000) > second)
}

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  const first = await linked()
  before = await w.sends(first.id, { to: ANN, text: 'From another device' })
  await w.call('POST', `/api/sessions/${first.id}/logout`)
  await w.untilStatus(first.id, 'inactive')
  present = undefined
  await nextSecond()
  for (let n = 0; n < 20; n++) older.push((await w.phones.send(ANN, { to: PHONE, text: `old ${n}` })).id)
  await nextSecond()
  for (let n = 0; n < BY_ITSELF - 1; n++)
    newer.push((await w.phones.send(ANN, { to: PHONE, text: `new ${n}` })).id)
  await nextSecond()
  group = (await w.phones.createGroup({ creator: BOB, subject: 'Team', participants: [PHONE] })).id
  await w.phones.send(BOB, { to: group, text: 'In the group' })
})
afterAll(() => w.close())

/** A session that has just been linked to the phone, in place of the one before. */
const linked = async (settings: Partial<Settings> = {}) => {
  if (present) {
    await w.call('POST', `/api/sessions/${present}/logout`)
    await w.untilStatus(present, 'inactive')
  }
  const session = await w.line(PHONE, settings)
  present = session.id
  return session
}
const messagesOf = async (id: string, chat: string): Promise<Shown[]> => {
  const { body } = await w.call<{ messages: Shown[] }>(
    'GET',
    `/api/sessions/${id}/chats/${chat}/messages?limit=100`,
  )
  return body.messages.reverse()
}
const idsOf = async (id: string, chat: string) => (await messagesOf(id, chat)).map((message) => message.id)
const told = async (id: string) => (await w.events(id)).map(({ type }) => type)

capability(
  'Take over the history that the phone offers',
  'GET /api/sessions/{sessionId}/chats · GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const { id } = await linked()
    const { payload } = await w.event(id, 'history.synced')
    expect(payload).toEqual({ kind: 'initial', chats: 2, messages: BY_ITSELF, progress: 100 })
    expect(await idsOf(id, jidOf(ANN))).toEqual(newer)
    expect((await messagesOf(id, jidOf(ANN)))[0]).toMatchObject({
      text: 'new 0',
      from: `+${ANN}`,
      to: `+${PHONE}`,
      status: 'received',
    })
    expect(await messagesOf(id, group)).toMatchObject([
      { text: 'In the group', sender: { phoneNumber: `+${BOB}` } },
    ])
    const { body } = await w.call<{ chats: { id: string; unreadCount?: number }[] }>(
      'GET',
      `/api/sessions/${id}/chats`,
    )
    expect(body.chats.map((chat) => chat.id)).toEqual([group, jidOf(ANN)])
    // Nothing of it is new: nobody is told, nothing is counted, nothing is unread.
    expect(await told(id)).not.toContain('message.received')
    expect(body.chats.map(({ unreadCount = 0 }) => unreadCount)).toEqual([0, 0])
    const stats = await w.call<{ stats: { total: number } }>('GET', `/api/messages/stats/${id}`)
    expect(stats.body.stats.total).toBe(0)
    const { body: conversations } = await w.call<{ conversations: unknown[] }>('GET', '/api/conversations')
    expect(conversations.conversations).toEqual([])
  },
)

capability(
  'Fetch older messages from the phone',
  'POST /api/sessions/{sessionId}/chats/{chatId}/history {count}',
  async () => {
    const { id } = await linked()
    await w.event(id, 'history.synced')
    const path = `/api/sessions/${id}/chats/${jidOf(ANN)}/history`
    const fetch = async (count: number) => {
      const { status, body } = await w.call<{ requestId: string; before: string }>('POST', path, { count })
      expect(status).toBe(200)
      const { payload } = await w.event(id, 'history.synced', ({ requestId }) => requestId === body.requestId)
      return { before: body.before, payload }
    }
    const [oldest] = newer
    expect(await fetch(8)).toMatchObject({
      before: oldest,
      payload: { kind: 'on_demand', chatId: jidOf(ANN), chats: 1, messages: 8 },
    })
    expect(await idsOf(id, jidOf(ANN))).toEqual([...older.slice(-8), ...newer])
    await nextSecond()
    const rest = await fetch(50)
    expect(rest.before).toBe(older.at(-8))
    expect(rest.payload.messages).toBe(13)
    const all = await messagesOf(id, jidOf(ANN))
    expect(new Set(all.map((message) => message.id))).toEqual(new Set([before.id, ...older, ...newer]))
    expect(all).toHaveLength(1 + older.length + newer.length)
    expect(all[0]).toMatchObject({ id: before.id, fromMe: true, text: 'From another device', status: 'read' })
    expect((await fetch(50)).payload).toEqual({
      kind: 'on_demand',
      chats: 0,
      messages: 0,
      progress: 100,
      requestId: expect.any(String),
    })
    expect(await told(id)).not.toContain('message.received')

    const nothing = await w.call('POST', `/api/sessions/${id}/chats/${jidOf('4915100000099')}/history`, {})
    expect(nothing).toMatchObject({ status: 404, body: { code: 'MESSAGE_NOT_FOUND' } })
    // What is said from now on is new.
    const live = await w.phones.send(ANN, { to: PHONE, text: 'And now' })
    expect((await w.received(id, live.id)).text).toBe('And now')
    expect((await idsOf(id, jidOf(ANN))).at(-1)).toBe(live.id)
    expect((await w.phones.stats()).unknownQueries).toEqual({})
  },
)

capability('Leave the history where it is', 'GET /api/sessions/{sessionId}/chats', async () => {
  const { id } = await linked({ messageHistory: false })
  const marker = await w.phones.send(BOB, { to: PHONE, text: 'A marker' })
  await w.received(id, marker.id)
  const { body } = await w.call<{ chats: { id: string }[] }>('GET', `/api/sessions/${id}/chats`)
  expect(body.chats.map((chat) => chat.id)).toEqual([jidOf(BOB)])
  expect(await told(id)).not.toContain('history.synced')
})

/** One message a day, for more than a year. */
const DAYS = 400
let people = 0
const somebody = () => `49151000001${String(++people).padStart(2, '0')}`
/** @param parts that are taken over: they come one after the other, and between two of them none is pending */
const rememberedBy = async (settings: Partial<Settings>, parts: number) => {
  const phone = somebody()
  await w.phones.remember(phone, { messages: DAYS, chats: 5, days: DAYS, partSize: 100 })
  const { id } = await w.line(phone, settings)
  const { history } = await until('the history is taken over', async () => {
    const { body } = await w.call<{ session: { history?: HistoryState } }>('GET', `/api/sessions/${id}`)
    const { history } = body.session
    return history?.parts === parts && history.pendingParts === 0 && body.session
  })
  const chats = await Promise.all([0, 1, 2, 3, 4].map((chat) => idsOf(id, jidOf(rememberedNumber(chat)))))
  const said = await w.phones.send(ANN, { to: phone, text: 'And now' })
  const live = await w.received(id, said.id)
  const { devices } = (await w.phones.phones()).find(({ number }) => number === `+${phone}`) ?? {}
  const kept = (await w.call('GET', `/api/messages/${said.id}?sessionId=${id}`)).status
  const events = await told(id)
  await w.call('POST', `/api/sessions/${id}/logout`)
  await w.untilStatus(id, 'inactive')
  const { body } = await w.call<{ session: { history?: HistoryState } }>('GET', `/api/sessions/${id}`)
  expect(body.session.history, 'it goes with the link').toBeUndefined()
  return {
    asked: devices?.[0]?.fullHistory,
    messages: chats.flat().length,
    history,
    live: live.text,
    kept,
    told: events.filter((type) => type.startsWith('history')).length,
  }
}

capability(
  'Choose how far back the history goes, and see how far it is taken over',
  'GET /api/sessions/{id} · GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const three = await rememberedBy({ historyDepth: 'three_months' }, 2)
    expect(three).toMatchObject({ asked: false, messages: 90, live: 'And now', kept: 200, told: 2 })
    expect(three.history).toMatchObject({ status: 'complete', progress: 100, parts: 2, messages: 90 })
    const year = await rememberedBy({ historyDepth: 'year' }, 5)
    expect(year).toMatchObject({ asked: true, messages: 365, live: 'And now', kept: 200, told: 5 })
    expect(year.history).toMatchObject({ status: 'complete', progress: 100, parts: 5, messages: 365 })
  },
)

capability(
  'Keep nothing of the history, or of anything, and hear of everything all the same',
  'GET /api/sessions/{id} · GET /api/sessions/{sessionId}/events',
  async () => {
    await w.call('GET', `/api/sessions/${present}/events`)
    const nothing = { messages: 0, live: 'And now', told: 0, asked: false }
    const without = await rememberedBy({ messageHistory: false, historyDepth: 'year' }, 0)
    expect(without).toMatchObject({ ...nothing, kept: 200, history: { messages: 0, parts: 0 } })
    const storeless = await rememberedBy({ store: false }, 0)
    expect(storeless).toMatchObject({ ...nothing, kept: 404, history: { messages: 0, parts: 0 } })
  },
)

capability(
  'Hear that a part of the history could not be had',
  'GET /api/sessions/{sessionId}/events',
  async () => {
    const phone = somebody()
    await w.phones.remember(phone, { messages: 100, chats: 1, days: 10, partSize: 100 })
    await w.phones.fault({ kind: 'lost-downloads' })
    const { id } = await w.line(phone)
    const { payload } = await w.event(id, 'history.failed')
    expect(payload).toEqual({ kind: 'recent', reason: 'gone', attempts: 4, progress: 100 })
    await w.call('GET', `/api/sessions/${id}/events`)
    const history = await until('the session says so', async () => {
      const { body } = await w.call<{ session: { history?: HistoryState } }>('GET', `/api/sessions/${id}`)
      return body.session.history?.status === 'incomplete' && body.session.history
    })
    expect(history).toMatchObject({ failedParts: 1, pendingParts: 0 })
    await w.phones.fault({ kind: 'lost-downloads', off: true })
  },
)
