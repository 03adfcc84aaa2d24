import { expect, test } from 'vitest'
import * as z from 'zod'
import { database } from '../../test/support/database.ts'
import { updating } from './expression.ts'
import { ITEM_VERSION, NewerItem } from './version.ts'

const ANYTHING = z.looseObject({ pk: z.string(), sk: z.string() })
const key = (sk: string) => ({ pk: 'P', sk })

test('whoever creates an item, it carries its version', async () => {
  await using db = await database()
  const { store } = db
  const update = () => updating().set('a', 1).build()
  await store.put('main', { ...key('put'), a: 1 })
  await store.create('main', { ...key('create'), a: 1 })
  await store.update('main', key('update'), update())
  await store.update('main', key('add'), updating().add('n', 1).build())
  await store.transact([
    { table: 'main', put: { ...key('in a transaction'), a: 1 } },
    { table: 'main', update: key('updated in one'), set: update() },
  ])
  const { items } = await store.query('main', ANYTHING, 'P')
  expect(items).toHaveLength(6)
  for (const item of items) expect(item.v, item.sk).toBe(ITEM_VERSION)
})

test('an item without a version is of the first; one that says so keeps its version when it is changed', async () => {
  await using db = await database()
  await db.store.put('main', { ...key('own'), v: 0 })
  await db.store.update('main', key('own'), updating().set('a', 1).build())
  expect(await db.store.get('main', ANYTHING, key('own'))).toMatchObject({ v: 0, a: 1 })
})

test('an item of a newer version is not read, whichever way', async () => {
  await using db = await database()
  const { store } = db
  await store.put('main', { ...key('newer'), v: ITEM_VERSION + 1 })
  await expect(store.get('main', ANYTHING, key('newer'))).rejects.toThrow(NewerItem)
  await expect(store.getMany('main', [key('newer')])).rejects.toThrow(NewerItem)
  await expect(store.query('main', ANYTHING, 'P')).rejects.toThrow(NewerItem)
})

test('what a newer version added is left alone', async () => {
  await using db = await database()
  await db.store.put('main', { ...key('more'), a: 1, unknown: { to: 'us' } })
  const Known = z.object({ a: z.number(), added: z.string().default('absent') })
  expect(await db.store.get('main', Known, key('more'))).toEqual({ a: 1, added: 'absent' })
  await db.store.update('main', key('more'), updating().set('a', 2).build())
  expect(await db.store.get('main', ANYTHING, key('more'))).toMatchObject({ a: 2, unknown: { to: 'us' } })
})
