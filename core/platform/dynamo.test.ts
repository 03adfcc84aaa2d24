import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { intercept } from '../../test/support/calls.ts'
import { type Database, database } from '../../test/support/database.ts'
import { AwsError } from './aws/service.ts'

const clock = { now: Date.UTC(2026, 0, 1) }
const Row = z.looseObject({ pk: z.string(), sk: z.string() })
let db: Database
/** What the engine answers instead of doing the next transactions. */
let refusals: string[][] = []
let transactions = 0
const calls: string[] = []

beforeAll(async () => {
  db = await database({ now: () => clock.now })
  intercept(db.dynamo, async (operation, _, go) => {
    calls.push(operation)
    if (operation !== 'TransactWriteItems') return go()
    transactions++
    const codes = refusals.shift()
    if (!codes) return go()
    throw new AwsError('TransactionCanceledException', 'cancelled', 400, codes)
  })
})
afterAll(() => db.close())

const puts = (...keys: string[]) =>
  keys.map((sk) => ({ table: 'main' as const, put: { pk: 'p', sk }, condition: 'attribute_not_exists(pk)' }))
const there = async () => (await db.store.query('main', Row, 'p')).items.map(({ sk }) => sk)

test('what has a longer key than there can be is not there', async () => {
  await db.store.put('main', { pk: 'k', sk: 's'.repeat(1_024) })
  const long = { pk: 'k', sk: 's'.repeat(1_025) }
  expect(await db.store.get('main', Row, { pk: 'k', sk: 's'.repeat(1_024) })).toBeDefined()
  expect(await db.store.get('main', Row, long)).toBeUndefined()
  expect(await db.store.get('main', Row, { pk: 'ü'.repeat(1_025), sk: 'a' })).toBeUndefined()
  expect(await db.store.getMany('main', [long, { pk: 'k', sk: 's'.repeat(1_024) }])).toHaveLength(1)
  calls.length = 0
  expect((await db.store.query('main', Row, 'k'.repeat(2_049))).items).toEqual([])
  expect(calls).toEqual([])
})

test('a transaction that collides or is throttled is tried again until it goes through', async () => {
  refusals = [
    ['None', 'TransactionConflict'],
    ['ThrottlingError', 'None'],
    ['ProvisionedThroughputExceeded', 'TransactionConflict'],
  ]
  transactions = 0
  expect(await db.store.transact(puts('a', 'b'))).toEqual([])
  expect(transactions).toBe(4)
  expect(await there()).toEqual(['a', 'b'])
})

test('one that collides for ever is given up as a dependency that is not available', async () => {
  refusals = Array.from({ length: 100 }, () => ['TransactionConflict'])
  await expect(db.store.transact(puts('c'))).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' })
  refusals = []
  expect(await there()).not.toContain('c')
})

test('conditions that fail are an answer: their indexes, and nothing is written', async () => {
  expect(await db.store.transact(puts('new', 'a', 'b'))).toEqual([1, 2])
  expect(await there()).not.toContain('new')
})

test('what cannot go through by repetition is an error at once', async () => {
  refusals = [['ValidationError']]
  transactions = 0
  await expect(db.store.transact(puts('d'))).rejects.toThrow(AwsError)
  expect(transactions).toBe(1)
})

test('pages follow each other by cursor, in both directions, and skip what has expired', async () => {
  for (let n = 0; n < 7; n++)
    await db.store.put('main', { pk: 'pages', sk: `${n}`, expiresAt: n === 3 ? clock.now / 1000 : 9e9 })
  const walk = async (newestFirst: boolean) => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await db.store.query('main', Row, 'pages', { limit: 2, cursor, newestFirst })
      seen.push(...page.items.map(({ sk }) => sk))
      cursor = page.cursor
    } while (cursor)
    return seen
  }
  expect(await walk(false)).toEqual(['0', '1', '2', '4', '5', '6'])
  expect(await walk(true)).toEqual(['6', '5', '4', '2', '1', '0'])
})

test('many keys are removed in batches; those that are not there are no error', async () => {
  const keys = Array.from({ length: 60 }, (_, n) => ({ pk: 'many', sk: `${n}` }))
  for (const key of keys.slice(0, 40)) await db.store.put('main', key)
  await db.store.removeMany('main', keys)
  expect((await db.store.query('main', Row, 'many')).items).toEqual([])
})
