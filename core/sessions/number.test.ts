import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { iso } from '../platform/clock.ts'
import type { Session } from '../session.ts'
import * as Sessions from './index.ts'
import { adviceOnTaken, claiming, claimNumber, releaseNumber } from './number.ts'

let t: TestDomain
let numbers = 0

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
  await t.account('other')
})
afterAll(() => t.close())

const next = () => `+49151000009${String(numbers++).padStart(2, '0')}`
const linked = (session: Session, phoneNumber: string | undefined) =>
  Sessions.recordState(
    t.store,
    t.retention,
    session,
    { epoch: 1, state: { status: 'inactive', linked: phoneNumber !== undefined, phoneNumber } },
    [],
  )

test('of many that link one number at the same time, one has it', async () => {
  const number = next()
  const sessions = await Promise.all(Array.from({ length: 8 }, () => t.session('acme')))
  const answers = await Promise.all(sessions.map((session) => claimNumber(t.store, session, number)))
  const winner = sessions[answers.indexOf(undefined)]
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(1)
  expect(new Set(answers.flatMap((answer) => answer?.sessionId ?? []))).toEqual(new Set([winner?.id]))
  expect(await claimNumber(t.store, winner as Session, number)).toBeUndefined()
})

test('it is held while its session is linked to it, and free once that has lost its link, or is gone', async () => {
  const number = next()
  const [one, two, three] = [await t.session('acme'), await t.session('acme'), await t.session('other')]
  expect(await claimNumber(t.store, one, number)).toBeUndefined()
  await linked(one, number)
  t.clock.now += 3_600_000
  expect(await claimNumber(t.store, two, number)).toMatchObject({ sessionId: one.id, accountId: 'acme' })

  await linked(one, undefined)
  expect(await claimNumber(t.store, two, number)).toBeUndefined()
  await linked(two, number)
  expect(await claimNumber(t.store, one, number)).toMatchObject({ sessionId: two.id })

  await Sessions.remove(t.domain, two)
  expect(await claimNumber(t.store, three, number)).toBeUndefined()
})

test('a session that is linking has two minutes to show it', async () => {
  const number = next()
  const [one, two] = [await t.session('acme'), await t.session('acme')]
  await claimNumber(t.store, one, number)
  expect(await claimNumber(t.store, two, number)).toMatchObject({ sessionId: one.id })
  t.clock.now += 121_000
  expect(await claimNumber(t.store, two, number)).toBeUndefined()
})

test('only who has it gives it back', async () => {
  const number = next()
  const [one, two] = [await t.session('acme'), await t.session('acme')]
  await claimNumber(t.store, one, number)
  await releaseNumber(t.store, two, number)
  expect(await claimNumber(t.store, two, number)).toMatchObject({ sessionId: one.id })
  await releaseNumber(t.store, one, number)
  expect(await claimNumber(t.store, two, number)).toBeUndefined()
})

test('a device that was brought holds its number for its own account, and for all once it has connected', async () => {
  const number = next()
  const [mine, theirs] = [await t.session('acme'), await t.session('other')]
  const brought = await Sessions.create(t.domain, {
    accountId: 'other',
    name: 'says that it has this number',
    settings: theirs.settings,
    device: { parcel: 'p', state: { linked: true, phoneNumber: number } },
    also: (session) => [claiming(session, number, t.clock.now, undefined)],
  })
  expect(await claimNumber(t.store, theirs, number)).toMatchObject({ sessionId: brought.id })
  expect(await claimNumber(t.store, mine, number)).toBeUndefined()
  await linked(mine, number)
  expect(await claimNumber(t.store, brought, number)).toMatchObject({ sessionId: mine.id })

  await Sessions.remove(t.domain, mine)
  expect(await claimNumber(t.store, brought, number)).toBeUndefined()
  const connectedAt = iso(t.clock.now)
  const state = { status: 'connected' as const, linked: true, phoneNumber: number, connectedAt }
  await Sessions.recordState(t.store, t.retention, brought, { epoch: 1, state }, [])
  const other = await t.session('acme')
  expect(await claimNumber(t.store, other, number)).toMatchObject({ sessionId: brought.id })
})

test('the other session is named to its own account alone', () => {
  const claim = { sessionId: 'a1b2', accountId: 'acme', at: '2026-01-01T00:00:00.000Z' }
  expect(adviceOnTaken(claim, { accountId: 'acme' })).toContain('a1b2')
  expect(adviceOnTaken(claim, { accountId: 'other' })).not.toContain('a1b2')
})
