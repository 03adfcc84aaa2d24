import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

let box: Sandbox
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 50 })
})
afterAll(() => box.close())

test('a device links, writes, is acknowledged, and is written to', async () => {
  await using alice = await rig(box, { store: memoryDevice(), scan: '+15550000001' })
  alice.connect()
  await alice.untilOpen()
  expect(alice.device.linked).toBe(true)
  expect(alice.device.me).toMatchObject({ phoneNumber: '+15550000001' })

  const id = await alice.send(jidOf('+15550000002'), 'Hello Bob')
  await until(
    'the message arrives',
    async () => (await box.control.inbox('+15550000002')).messages.length > 0,
  )
  expect((await box.control.inbox('+15550000002')).messages).toMatchObject([
    { id, text: 'Hello Bob', copies: 1 },
  ])
  await until('ack row', () =>
    alice.rows.some((row) => row.kind === 'ack' && row.messageId === id && !row.error),
  )
  await until('receipt row', () =>
    alice.rows.some((row) => row.kind === 'receipt' && row.messageIds.includes(id)),
  )

  const { id: answer } = await box.control.send('+15550000002', { to: '+15550000001', text: 'Hello Alice' })
  await until('the answer', () => alice.texts().get(answer) === 'Hello Alice')
  await until(
    'nothing undelivered',
    async () => Object.keys((await box.control.stats()).undelivered).length === 0,
  )
  expect((await box.control.stats()).problems).toEqual([])
  expect(alice.device.isWaiting(id)).toBe(false)
})
