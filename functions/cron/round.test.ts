import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as Accounts from '#core/account.ts'
import { type Database, database } from '../../test/support/database.ts'
import { goRound, type Round } from './round.ts'

const EVERYBODY = Array.from({ length: 60 }, (_, n) => `account-${String(n).padStart(2, '0')}`)
const clock = { now: Date.UTC(2026, 0, 1) }
let db: Database
let met: string[] = []
const warned: unknown[] = []
const log = { warn: (fields: object) => void warned.push(fields) }

beforeAll(async () => {
  db = await database({ now: () => clock.now })
  await Promise.all(EVERYBODY.map((id) => Accounts.ensure(db.store, { id, plan: 'free' }, `token of ${id}`)))
})
afterAll(() => db.close())
beforeEach(() => {
  met = []
  warned.length = 0
})

const round = (name: string, attend: (id: string) => Promise<void> = async () => undefined) =>
  goRound({ store: db.store, log }, {
    name,
    after: (place) => Accounts.all(db.store, place),
    placeOf: ({ id }) => id,
    async attend({ id }) {
      met.push(id)
      await attend(id)
    },
  } satisfies Round<Accounts.Account>)

test('everybody is attended to, and again in the next round', async () => {
  expect(await round('all')).toEqual({ whole: true, failed: 0 })
  expect(met).toEqual(EVERYBODY)
  expect(await round('all')).toEqual({ whole: true, failed: 0 })
  expect(met).toEqual([...EVERYBODY, ...EVERYBODY])
})

test('a round that takes too long goes on where it stopped, whoever comes between', async () => {
  const slowly = async () => {
    clock.now += 3_000
  }
  expect(await round('slow', slowly)).toEqual({ whole: false, failed: 0 })
  expect(met.length).toBeLessThan(EVERYBODY.length)
  expect(await round('other')).toMatchObject({ whole: true })
  met = met.slice(0, met.length - EVERYBODY.length)

  for (let runs = 0; !(await round('slow', slowly)).whole; runs++) expect(runs).toBeLessThan(5)
  expect(met).toEqual(EVERYBODY)
  await round('slow')
  expect(met).toEqual([...EVERYBODY, ...EVERYBODY])
})

test('one that fails does not keep the others waiting, and is told of', async () => {
  const failing = async (id: string) => {
    if (id === EVERYBODY[0]) throw new Error('its items cannot be read')
  }
  expect(await round('failing', failing)).toEqual({ whole: true, failed: 1 })
  expect(met).toEqual(EVERYBODY)
  expect(warned).toEqual([
    { err: new Error('its items cannot be read'), round: 'failing', place: EVERYBODY[0] },
  ])
})
