/**
 * Defect D6 of Baileys 7.0.0-rc14: live messages and the offline queue take two separate paths, so that a live group
 * message is tried before the queued one that brings its sender key ("No session found to decrypt message").
 */
import { expect, test } from 'vitest'
import { type DeviceStore, memoryDevice, memoryDisk } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
import { holdMessages } from '../support/stanzas.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'
const EVE = '+15550000003'

test('a live group message waits for the queued one that carries its sender key', async () => {
  await using box = await sandbox({ receiptDelayMs: 20 })
  const disk = memoryDisk()
  const first = await rig(box, { store: memoryDevice({ disk }), scan: ALICE })
  first.connect()
  await first.untilOpen()
  await until(
    'peer messages are over',
    async () => Object.keys((await box.control.stats()).undelivered).length === 0,
  )
  await first.device.close()
  const { id: group } = await box.control.createGroup({ creator: ALICE, subject: 'G', participants: [BOB] })
  await box.control.send(EVE, { to: ALICE, text: 'queued' })
  await box.control.send(BOB, { to: group, text: 'queued, with the sender key' })

  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let reads = 0
  const store = memoryDevice({ disk })
  const slow: DeviceStore = {
    ...store,
    preKeys: async (ids) => {
      // The login itself looks for the newest pre-key; the queued messages need older ones.
      if (!ids.includes(disk.topPreKey)) {
        reads++
        await released
      }
      return store.preKeys(ids)
    },
  }
  await using alice = await rig(box, { store: slow, epoch: 2 })
  alice.connect()
  await alice.untilOpen()
  await until('the first queued message waits for its pre-key', () => reads > 0)
  const arrived: (string | undefined)[] = []
  using _ = holdMessages(({ attrs }) => {
    arrived.push(attrs.id)
    return false
  })
  const { id } = await box.control.send(BOB, { to: group, text: 'live' })
  await until('the live message has arrived', () => arrived.includes(id))
  release()
  await until('all are read', () => alice.texts().size === 3)
  expect([...alice.texts().values()]).toEqual(['queued', 'queued, with the sender key', 'live'])
  expect(alice.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
})
