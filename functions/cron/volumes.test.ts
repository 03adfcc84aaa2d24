import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import { read } from '#core/log-reader.ts'

import { type Session, sessionKey } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { received } from '../../test/support/events.ts'
import { watchVolumes } from './volumes.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOON = Date.UTC(2026, 0, 10, 12)
let t: TestDomain

beforeAll(async () => {
  t = await testDomain(NOON - 9 * DAY)
  await t.account('acme')
})
afterAll(() => t.close())

const running = async (): Promise<Session> => {
  const session = await t.session('acme')
  return Sessions.intend(t.domain, session, 'start')
}
const messages = (session: Session, count: number) =>
  append(
    t.store,
    t.retention,
    Array.from({ length: count }, () => received(session, t.clock.now++)),
  )
const told = async ({ id }: Session) =>
  (await read(t.store, id, { limit: 1_000 })).items.filter(({ type }) => type === 'session.volume')

test('an hour that is far from what is usual is told once, whoever looks how often', async () => {
  const [loud, quiet, usual, stopped] = [
    await running(),
    await running(),
    await running(),
    await t.session('acme'),
  ]
  for (let day = 0; day < 8; day++) {
    t.clock.now = NOON - (8 - day) * DAY
    for (const session of [loud, usual]) await messages(session, 5)
    await messages(quiet, 25)
  }
  t.clock.now = NOON
  await messages(loud, 60)
  await messages(stopped, 60)
  await messages(usual, 6)

  t.clock.now = NOON + HOUR + 60_000
  expect(await watchVolumes(t.domain)).toBe(0)
  t.clock.now = NOON + HOUR + 6 * 60_000
  expect(await watchVolumes(t.domain)).toBe(2)
  expect(await watchVolumes(t.domain)).toBe(0)
  expect(await told(loud)).toMatchObject([
    { payload: { hour: '2026-01-10T12:00:00.000Z', messages: 60, usual: 5, direction: 'above' } },
  ])
  expect(await told(quiet)).toMatchObject([{ payload: { messages: 0, usual: 25, direction: 'below' } }])
  expect([...(await told(usual)), ...(await told(stopped))]).toEqual([])
  // A round whose end was not noted looks again, and tells nothing again.
  await t.store.remove('main', { pk: 'ROUND', sk: 'the hour of volumes' })
  expect(await watchVolumes(t.domain)).toBe(0)
  expect(await t.store.getMany('main', [sessionKey(loud.id)])).toHaveLength(1)
})
