/**
 * Defect D1 of Baileys 7.0.0-rc14: it stores the keys of skipped group messages in a form that it cannot read back, so
 * that a group message which arrives late is lost ("Expected Buffer instead of: Object").
 */
import { expect, test } from 'vitest'
import { memoryDevice } from '#core/device/index.ts'
import { sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
import { holdMessages } from '../support/stanzas.ts'
import { until } from '../support/until.ts'

const ALICE = '+15550000001'
const BOB = '+15550000002'

test('group messages that arrive out of order are all read, and none is asked for again', async () => {
  await using box = await sandbox({ receiptDelayMs: 50 })
  await using alice = await rig(box, { store: memoryDevice(), scan: ALICE })
  alice.connect()
  await alice.untilOpen()
  const { id: group } = await box.control.createGroup({ creator: ALICE, subject: 'G', participants: [BOB] })
  const write = async (text: string) => (await box.control.send(BOB, { to: group, text })).id

  await write('g1')
  await until('g1', () => alice.texts().size === 1)
  {
    using held = holdMessages(({ attrs }) => attrs.from === group)
    const late = [await write('g2'), await write('g3')]
    const early = await write('g4')
    await until('three messages are held', () => held.ids().length === 3)
    held.release(early)
    await until('g4 overtakes', () => [...alice.texts().values()].includes('g4'))
    held.release(...late)
  }
  await until('all are read', () => alice.texts().size === 4)
  expect([...alice.texts().values()]).toEqual(['g1', 'g4', 'g2', 'g3'])
  expect(alice.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
})
