/**
 * What the phone changes comes to us once, by app state: Baileys notes the version and tells of the change afterwards.
 * One commit has to have both, or a crash in between would lose the change for good.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeviceStore, memoryDevice, memoryDisk, type RowKey } from '#core/device/index.ts'
import type { Row, Synced } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const [ALICE, BOB] = ['+15550000001', '+15550000002']
let box: Sandbox

beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20 })
})
afterAll(() => box.close())

const changesIn = (rows: Row[]): Synced[] => rows.flatMap((row) => (row.kind === 'synced' ? row.changes : []))

test('the version of a collection and what it tells are durable together, and outlive a crash before they are told', async () => {
  const disk = memoryDisk()
  const commits: RowKey[][] = []
  const watched = (): DeviceStore => {
    const store = memoryDevice({ disk })
    return {
      ...store,
      commit(group) {
        commits.push([...group.rows.keys()])
        return store.commit(group)
      },
    }
  }
  let isTold = true
  const first = await rig(box, {
    store: watched(),
    scan: ALICE,
    deliver: async () => {
      if (!isTold) throw new Error('nobody listens')
    },
  })
  first.connect()
  await first.untilOpen()
  await box.control.change(ALICE, { contact: { number: BOB, name: 'Bob' } })
  await until('the address book', () => changesIn(first.rows).some(({ what }) => what === 'contact'))

  isTold = false
  commits.length = 0
  const isVersion = (row: RowKey) => row.startsWith('app-state-sync-version:regular_low')
  await box.control.change(ALICE, { chat: BOB, archived: true })
  await until('the version is durable', () => commits.some((rows) => rows.some(isVersion)))
  const commit = commits.find((rows) => rows.some(isVersion))
  expect(commit?.some((row) => row.startsWith('inbound:'))).toBe(true)
  first.abandon()

  await using second = await rig(box, { store: memoryDevice({ disk }), epoch: 2 })
  await until('it is told by the next owner', () =>
    changesIn(second.rows).some((change) => change.what === 'chat' && change.archived),
  )
  await first.device.close().catch(() => {})
})
