import { expect, test } from 'vitest'
import { database } from '../test/support/database.ts'
import * as Accounts from './account.ts'
import { Token, tokenKey } from './token.ts'

test('an account is opened by its token alone, which is not stored', async () => {
  await using db = await database()
  const opens = (token: string) => db.store.get('main', Token, tokenKey(token))

  await Accounts.ensure(db.store, { id: 'acme', name: 'Acme', plan: 'pro' }, 'first secret')
  expect(await opens('first secret')).toMatchObject({ accountId: 'acme' })
  expect(await opens('another')).toBeUndefined()
  const stored = await db.store.getMany('main', [tokenKey('first secret'), Accounts.accountKey('acme')])
  expect(stored).toHaveLength(2)
  expect(JSON.stringify(stored)).not.toContain('first secret')

  await Accounts.ensure(db.store, { id: 'acme', name: 'Acme', plan: 'enterprise' }, 'second secret')
  expect(await opens('first secret')).toBeUndefined()
  expect(await opens('second secret')).toMatchObject({ accountId: 'acme' })
  expect(await Accounts.find(db.store, 'acme')).toMatchObject({ plan: 'enterprise', sessions: 0 })
})

test('the limits are those of the plans', () => {
  const limits = Accounts.Plan.options.map((plan) => Accounts.limitOf({ plan }))
  expect(limits).toEqual([3, 10, undefined])
})
