/**
 * More than may wait: reading pauses, new sends are refused by name, and everything goes on by itself when half of it
 * is free again. Nothing that was accepted or sent to us is lost on the way.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { Refusing } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const DAN = '+15550000003'
const BOB = '+15550000002'
let box: Sandbox
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20 })
})
afterAll(() => box.close())

test('bytes that wait for the store: reading pauses, sends are refused, and all arrives in the end', async () => {
  let down = false
  const store = memoryDevice({
    fault: () => {
      if (down) throw new Error('the store is down')
    },
  })
  await using alice = await rig(box, { store, scan: ALICE, limits: { heldBytes: 4000 } })
  alice.connect()
  await alice.untilOpen()
  await alice.send(jidOf(BOB), 'warm')
  await until('the outbox is empty', () => alice.device.waiting() === 0)

  down = true
  const accepted: Promise<string>[] = []
  await until('it refuses', async () => {
    if (alice.device.pressure === 'refusing') return true
    accepted.push(alice.send(jidOf(BOB), `held ${accepted.length}`))
    return false
  })
  await expect(alice.send(jidOf(BOB), 'too much')).rejects.toThrow(Refusing)
  const { lastFrameAt } = alice.device.stats
  for (let n = 0; n < 50; n++) await box.control.send(BOB, { to: ALICE, text: `in ${n}` })
  expect(alice.device.stats.lastFrameAt).toBe(lastFrameAt)
  expect(alice.texts().size).toBe(0)

  down = false
  await Promise.all(accepted)
  await until('it accepts again', () => alice.device.pressure === 'normal')
  await alice.send(jidOf(BOB), 'after')
  await until(
    'Bob has all',
    async () => (await box.control.inbox(BOB)).messages.length === accepted.length + 2,
  )
  await until('Alice has all', () => alice.texts().size === 50)
  expect(await box.control.inbox(BOB)).toMatchObject({ undecryptable: 0, retries: 0 })
  expect(alice.closes.filter(({ name }) => name !== 'restart')).toEqual([])
})

test('rows that nobody takes: reading pauses until they are taken', async () => {
  let taken = true
  const options = {
    store: memoryDevice(),
    scan: DAN,
    limits: { undelivered: 20 },
    deliver: async () => {
      if (!taken) throw new Error('downstream is down')
    },
  }
  await using dan = await rig(box, options)
  dan.connect()
  await dan.untilOpen()
  await until('the link is settled', async () => dan.device.stats.undelivered === 0)
  taken = false
  for (let n = 0; n < 60; n++) await box.control.send(BOB, { to: DAN, text: `in ${n}` })
  await until('it refuses', () => dan.device.pressure === 'refusing')
  await until('the server keeps the rest', async () => {
    const { undelivered } = await box.control.stats()
    return Object.entries(undelivered).some(([device, count]) => device.startsWith(DAN) && count > 0)
  })
  expect(dan.device.stats.undelivered).toBeLessThan(60)
  taken = true
  await until('all are handed on', () => dan.texts().size === 60)
  await until('it accepts again', () => dan.device.pressure === 'normal')
})
