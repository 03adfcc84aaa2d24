import { spawnSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/folder.ts'
import { lockDataDir } from './lock.ts'
import { keepSecrets } from './secrets.ts'

const lockElsewhere = (dataDir: string) =>
  spawnSync(
    process.execPath,
    [
      '-e',
      `import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}).then((m) => m.lockDataDir(process.argv[1]))`,
      dataDir,
    ],
    { encoding: 'utf8', timeout: 60_000 },
  )

test('a second stack on the same data is refused, until the first has ended', () => {
  using folder = temporaryFolder()
  const lock = lockDataDir(folder.path)
  const second = lockElsewhere(folder.path)
  expect(second.stderr).toContain(`Linekeeper is running on ${folder.path} already`)
  expect(second.status).not.toBe(0)
  lock[Symbol.dispose]()
  expect(lockElsewhere(folder.path)).toMatchObject({ stderr: '', status: 0 })
})

test('a folder that cannot be written to is refused with a sentence', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  expect(() => lockDataDir(join(file, 'data'))).toThrow(/^DATA_DIR .* cannot be written to: /)
  expect(() => lockDataDir(file)).toThrow(/^DATA_DIR .* cannot be written to: EEXIST/)
  mkdirSync(join(folder.path, 'lock'))
  expect(() => lockDataDir(folder.path)).toThrow(/^DATA_DIR .* cannot be written to: /)
})

test.runIf(process.platform === 'linux')(
  'a place where no folder can be made is refused, and not tried for ever',
  () => {
    for (const place of ['/proc/linekeeper', '/proc/linekeeper/data'])
      expect(lockElsewhere(place).stderr).toContain(`DATA_DIR ${place} cannot be written to`)
  },
)

test('a folder several levels below one that exists is made, for its owner alone', () => {
  using folder = temporaryFolder()
  const deep = join(folder.path, 'a b', 'c', 'data')
  lockDataDir(deep)[Symbol.dispose]()
  expect(statSync(deep).mode & 0o777).toBe(0o700)
})

test('secrets are made once, readable by their owner only', () => {
  using folder = temporaryFolder()
  const database = join(folder.path, 'dynamodb.db')
  const made = keepSecrets(folder.path, database)
  expect(made.masterKey).toMatch(/^[0-9a-f]{64}$/)
  expect(keepSecrets(folder.path, database)).toEqual(made)
  expect(statSync(join(folder.path, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('a master key of the settings wins', () => {
  using folder = temporaryFolder()
  const given = 'cd'.repeat(32)
  const made = keepSecrets(folder.path, join(folder.path, 'dynamodb.db'))
  expect(keepSecrets(folder.path, join(folder.path, 'dynamodb.db'), given)).toEqual({
    ...made,
    masterKey: given,
  })
})

test('data whose key is gone is not opened with a new one', () => {
  using folder = temporaryFolder()
  const database = join(folder.path, 'dynamodb.db')
  writeFileSync(database, 'data')
  expect(() => keepSecrets(folder.path, database)).toThrow(/secrets.json, the key to it, is gone/)
})

test('damaged secrets are not replaced', () => {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'secrets.json'), '{"masterKey":')
  expect(() => keepSecrets(folder.path, join(folder.path, 'dynamodb.db'))).toThrow(/is damaged/)
})
