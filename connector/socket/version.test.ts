import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { clientVersion } from './version.ts'

const NEWER: WAVersion = [2, 3000, 9_999_999_999]

test('nothing is looked up until the servers refuse the version', async () => {
  let lookups = 0
  const version = clientVersion(async () => {
    lookups++
    return { version: NEWER, isLatest: true }
  })
  expect(version.current()).toEqual(DEFAULT_CONNECTION_CONFIG.version)
  expect(lookups).toBe(0)
  expect(await version.refused()).toBe(true)
  expect(version.current()).toEqual(NEWER)
})

test('it is looked up at most once an hour', async () => {
  let lookups = 0
  let now = 0
  const version = clientVersion(
    async () => {
      lookups++
      return { version: NEWER, isLatest: true }
    },
    () => now,
  )
  await version.refused()
  expect(await version.refused()).toBe(false)
  now = 3_600_000
  expect(await version.refused()).toBe(false)
  expect(lookups).toBe(2)
})

test('a look-up that fails changes nothing', async () => {
  const version = clientVersion(async () => ({ version: NEWER, isLatest: false }))
  expect(await version.refused()).toBe(false)
  expect(version.current()).toEqual(DEFAULT_CONNECTION_CONFIG.version)
})
