import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as Accounts from '#core/account.ts'
import { Token, tokenKey } from '#core/token.ts'
import { database, TABLE_NAMES } from '../support/database.ts'
import { ROOT } from './evaluate/layout.ts'

const run = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, ['scripts/account.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, MAIN_TABLE: '', ...env },
  })

test('an account of a deployment gets a token, and a new one when asked again', async () => {
  await using db = await database()
  const env = { MAIN_TABLE: TABLE_NAMES.main, DYNAMODB_ENDPOINT: db.endpoint }
  const opens = async (token: string) =>
    (await db.store.get('main', Token, tokenKey(token.trim())))?.accountId
  const first = await run(['acme', 'pro'], env)
  expect(await opens(first.stdout)).toBe('acme')
  const second = await run(['acme', 'enterprise'], env)
  expect(await opens(second.stdout)).toBe('acme')
  expect(await opens(first.stdout)).toBeUndefined()
  expect(await Accounts.find(db.store, 'acme')).toMatchObject({ plan: 'enterprise' })
})

test.each([[[]], [['acme']], [['acme', 'gold']], [['a b', 'pro']]])('%j is explained', async (args) => {
  const env = { MAIN_TABLE: 'unused' }
  await expect(run(args, env)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('usage:') })
})
