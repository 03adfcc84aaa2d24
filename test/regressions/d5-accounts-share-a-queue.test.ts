/**
 * Defect D5 of libsignal 6.0.0: one queue per contact address for all accounts of a process, each job run in the async
 * context of another account. One account with a slow store delays all others that know the same person.
 */
import { expect, test } from 'vitest'
import { type DeviceStore, memoryDevice } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const DAN = '+15550000003'
const BOB = '+15550000002'

test('an account whose store stands still does not hold up another one with the same contact', async () => {
  await using box = await sandbox({ receiptDelayMs: 20 })
  let answer = () => {}
  const blocked = new Promise<void>((resolve) => {
    answer = resolve
  })
  let asked = 0
  let standsStill = false
  const store = memoryDevice()
  const stuck: DeviceStore = {
    ...store,
    preKeys: async (ids) => {
      if (standsStill) {
        asked++
        await blocked
      }
      return store.preKeys(ids)
    },
  }
  await using alice = await rig(box, { store: stuck, scan: ALICE })
  await using dan = await rig(box, { store: memoryDevice(), scan: DAN })
  for (const one of [alice, dan]) {
    one.connect()
    await one.untilOpen()
  }
  await until(
    'peer messages are over',
    async () => Object.keys((await box.control.stats()).undelivered).length === 0,
  )
  standsStill = true
  await box.control.send(BOB, { to: ALICE, text: 'for Alice' })
  await until('Alice waits for her store', () => asked > 0)
  await box.control.send(BOB, { to: DAN, text: 'for Dan' })
  await until('Dan reads', () => [...dan.texts().values()].includes('for Dan'))
  expect(alice.texts().size).toBe(0)
  answer()
  await until('Alice reads', () => [...alice.texts().values()].includes('for Alice'))
})
