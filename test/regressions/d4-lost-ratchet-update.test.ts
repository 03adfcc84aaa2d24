/**
 * Defect D4 of Baileys 7.0.0-rc14: it encrypts under one mutex and decrypts under another, and writes what it read some
 * time ago, so that of two steps of one ratchet the earlier is lost; no crash is needed, only a slow store.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { libsignal } from '../../connector/socket/hardening/internals.ts'
import { sandbox } from '../../sandbox/index.ts'
import { jidOf, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'

/** Time passes between reading a session and writing it back, as it does on a store that is far away. */
const cipher = libsignal.SessionCipher.prototype
const { getRecord } = cipher
beforeEach(() => {
  cipher.getRecord = async function () {
    const record = await getRecord.call(this)
    await pause(1)
    return record
  }
})
afterEach(() => {
  cipher.getRecord = getRecord
})

test('writing and reading in one session at the same time loses no step of the ratchet', async () => {
  await using box = await sandbox({ receiptDelayMs: 20 })
  await using alice = await rig(box, { store: memoryDevice({ latency: () => 20 }), scan: ALICE })
  alice.connect()
  await alice.untilOpen()
  await alice.send(jidOf(BOB), 'out first')
  await until('a session exists', async () => (await box.control.inbox(BOB)).messages.length === 1)

  const outgoing = Promise.all(Array.from({ length: 40 }, (_, n) => alice.send(jidOf(BOB), `out ${n}`)))
  for (let n = 0; n < 40; n++) await box.control.send(BOB, { to: ALICE, text: `in ${n}` })
  await outgoing
  await until('all arrived', async () => (await box.control.inbox(BOB)).messages.length === 41)
  await until('all are read', () => alice.texts().size === 40)
  expect(await box.control.inbox(BOB)).toMatchObject({ undecryptable: 0, retries: 0 })
  expect(alice.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
})
