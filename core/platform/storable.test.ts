import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { type Database, database } from '../../test/support/database.ts'
import { checkStorable } from './storable.ts'

let db: Database
beforeAll(async () => {
  db = await database()
})
afterAll(() => db.close())

const nested = (levels: number): unknown => (levels === 0 ? 'deep' : { in: nested(levels - 1) })

test.each([
  [
    'names of JavaScript',
    { constructor: 'x', toString: 1, hasOwnProperty: [], valueOf: { constructor: {} } },
  ],
  ['numbers at the bounds', [0, -0, 9.99e125, -9.99e125, 1e-130, 2 ** 53, 123_456_789_012_345_680_000]],
  ['all of JSON', [null, true, '', 'é 🍎 \0', [[]], {}]],
  ['twenty levels', nested(20)],
])('%s can be kept, and come back as they were', async (_, value) => {
  checkStorable('It', value)
  const key = { pk: 'KEPT', sk: 'KEPT' }
  await db.store.put('main', { ...key, value })
  const { value: kept } = (await db.store.get('main', z.looseObject({ value: z.unknown() }), key)) ?? {}
  expect(kept).toEqual(JSON.parse(JSON.stringify(value)))
})

test.each([
  ['is nested deeper than 20 levels', nested(21)],
  ['is nested deeper than 20 levels', JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
  ['has a number that is too large or too small', { a: [1e126] }],
  ['has a number that is too large or too small', JSON.parse('{"a":1e400}')],
  ['has a number that is too large or too small', 1e-131],
  ['has text that is no Unicode', ['\ud800']],
  ['has text that is no Unicode', { 'a\udc00': 1 }],
])('what %s is refused', (sentence, value) => {
  expect(() => checkStorable('The context', value)).toThrow(`The context ${sentence}.`)
})
