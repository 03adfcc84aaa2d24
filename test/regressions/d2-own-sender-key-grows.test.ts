/**
 * Defect D2 of Baileys 7.0.0-rc14: sending to a group skips one iteration per message and keeps the skipped key for
 * ever: 22.7 KB after 100 messages, beyond what a DynamoDB item may have after 2000.
 */
import { expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'

test('our own sender key stays small, and the group reads on', async () => {
  await using box = await sandbox({ receiptDelayMs: 50 })
  const disk = memoryDisk()
  await using alice = await rig(box, { store: memoryDevice({ disk }), scan: ALICE })
  alice.connect()
  await alice.untilOpen()
  const { id: group } = await box.control.createGroup({ creator: ALICE, subject: 'G', participants: [BOB] })
  const sizes = () =>
    [...disk.rows].filter(([key]) => key.startsWith('sender-key:')).map(([, text]) => text.length)

  await alice.send(group, 'first')
  await until('it was sent', () => alice.device.waiting() === 0)
  const [small = 0] = sizes()
  for (let n = 0; n < 60; n++) await alice.send(group, `message ${n}`)
  const inbox = () => box.control.inbox(BOB)
  await until('Bob has them all', async () => (await inbox()).messages.length === 61)
  await alice.device.flush()
  expect(small).toBeGreaterThan(0)
  expect(sizes()).toHaveLength(1)
  expect(sizes()[0]).toBeLessThan(small + 50)
  expect(await inbox()).toMatchObject({ undecryptable: 0, retries: 0 })
})
