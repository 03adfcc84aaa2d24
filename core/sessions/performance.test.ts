import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { messageStatus, received, sent } from '../../test/support/events.ts'
import type { Event } from '../contract/event.ts'
import { append } from '../log.ts'
import * as Messages from '../message.ts'
import { iso } from '../platform/clock.ts'
import type { Session, Status } from '../session.ts'
import * as Sessions from './index.ts'
import { performanceOf, upShare } from './performance.ts'

let t: TestDomain
const HOUR = 3_600_000
const DAY = 24 * HOUR

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
})
afterAll(() => t.close())

const status = (of: Session, now: Status, was?: Status, reason?: string): Event => ({
  id: t.newEventId(),
  sessionId: of.id,
  accountId: of.accountId,
  timestamp: iso(t.clock.now),
  type: 'session.status',
  payload: { status: now, ...(was ? { was } : {}), ...(reason ? { reason } : {}) },
})
const tell = (...events: Event[]) => append(t.store, t.retention, events)
const took = (of: Session, tookMs: number): Event => {
  const event = sent(of, t.clock.now++)
  if (event.type !== 'message.sent') throw new Error('not sent')
  return { ...event, payload: { ...event.payload, tookMs } }
}
const fails = async (of: Session) => {
  const id = t.newMessageId()
  await Messages.accept(t.store, t.retention, {
    id,
    session: { ...of, phoneNumber: undefined },
    chatId: '4915100000003@s.whatsapp.net',
    to: '+4915100000003',
    content: { type: 'text', text: 'hi' },
  })
  await tell(messageStatus(of, t.clock.now++, id, 'failed', { reason: 'restricted' }))
}

test('of a new session nothing is known', async () => {
  const session = await t.session('acme')
  expect(await performanceOf(t.store, session)).toEqual({
    averageResponseTime: null,
    uptime: null,
    messagesPerHour: 0,
    errorRate: null,
  })
})

test('times, volume and failures are counted with the events, and leave the week', async () => {
  const session = await t.session('acme')
  await tell(took(session, 1_000), took(session, 2_000), sent(session, t.clock.now++))
  await tell(received(session, t.clock.now++), received(session, t.clock.now++))
  await fails(session)
  expect(await performanceOf(t.store, session)).toMatchObject({
    averageResponseTime: '1.5s',
    messagesPerHour: 0.2,
    errorRate: '25%',
  })
  t.clock.now += DAY
  expect(await performanceOf(t.store, session)).toMatchObject({
    averageResponseTime: '1.5s',
    messagesPerHour: 0,
  })
  t.clock.now += 8 * DAY
  expect(await performanceOf(t.store, session)).toMatchObject({ averageResponseTime: null, errorRate: null })
})

test('the history of statuses tells how long a session was up, page by page', async () => {
  const session = await t.session('acme')
  await tell(status(session, 'connecting', 'inactive'))
  await tell(status(session, 'connected', 'connecting'))
  t.clock.now += 9 * HOUR
  await tell(status(session, 'connecting', 'connected', 'connection_lost'))
  t.clock.now += HOUR
  expect(await performanceOf(t.store, session)).toMatchObject({ uptime: '90%' })

  const first = await Sessions.historyPage(t.store, session.id, { limit: 2 })
  expect(first.items).toMatchObject([
    { status: 'connecting', was: 'connected', reason: 'connection_lost' },
    { status: 'connected' },
  ])
  const rest = await Sessions.historyPage(t.store, session.id, { limit: 2, cursor: first.cursor })
  expect(rest.items).toMatchObject([{ status: 'connecting', was: 'inactive' }])
})

test('time before the week, time that it was stopped, and codes that wait for a person do not count', () => {
  const now = Date.UTC(2026, 0, 20)
  const at = (hours: number) => iso(now - hours * HOUR)
  const state = { status: 'connected', since: at(24 * 30), epoch: 1, doneIntent: 1, linked: true } as const
  const old = { createdAt: at(24 * 30), state }
  expect(upShare(old, [], now)).toBe(1)
  expect(upShare({ ...old, state: { ...state, status: 'inactive' } }, [], now)).toBeUndefined()
  // Connected all week but for one hour: what was before the first change is told by it.
  const short = [
    { status: 'connected' as const, at: at(1), was: 'connecting' as const },
    { status: 'connecting' as const, at: at(2), was: 'connected' as const },
  ]
  expect(upShare(old, short, now)).toBeCloseTo(1 - 1 / 168)
  const stopped = [
    { status: 'connected' as const, at: at(10), was: 'qr_generated' as const },
    { status: 'qr_generated' as const, at: at(20), was: 'inactive' as const },
  ]
  expect(upShare(old, stopped, now)).toBe(1)
})
