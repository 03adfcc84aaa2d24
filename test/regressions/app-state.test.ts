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

type Disk = ReturnType<typeof memoryDisk>
/** Notes which rows each commit has. */
function watched(disk: Disk, commits: RowKey[][]): DeviceStore {
  const store = memoryDevice({ disk })
  return {
    ...store,
    commit(group) {
      commits.push([...group.rows.keys()])
      return store.commit(group)
    },
  }
}
const isVersion = (row: RowKey) => row.startsWith('app-state-sync-version:regular_')

const changesIn = (rows: Row[]): Synced[] => rows.flatMap((row) => (row.kind === 'synced' ? row.changes : []))
const emptiedIn = (rows: Row[]) =>
  changesIn(rows).flatMap((one) => (one.what === 'chat' && (one.cleared || one.deleted) ? [one] : []))

test('the version of a collection and what it tells are durable together, and outlive a crash before they are told', async () => {
  const disk = memoryDisk()
  const commits: RowKey[][] = []
  let isTold = true
  const first = await rig(box, {
    store: watched(disk, commits),
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

test('a chat that is cleared or deleted on the phone is heard of, up to when, and outlives a crash', async () => {
  const number = '+15550000003'
  const upTo = '2026-01-01T12:00:00.000Z'
  // What was done before the device was linked is not told: its history is without that already.
  await box.control.change(number, { chat: ALICE, cleared: true })
  await box.control.change(number, { chat: ALICE, deleted: true })
  const disk = memoryDisk()
  const commits: RowKey[][] = []
  let isTold = true
  const first = await rig(box, {
    store: watched(disk, commits),
    scan: number,
    deliver: async () => {
      if (!isTold) throw new Error('nobody listens')
    },
  })
  first.connect()
  await first.untilOpen()
  await box.control.change(number, { contact: { number: BOB, name: 'Bob' } })
  await until('the address book', () => changesIn(first.rows).some(({ what }) => what === 'contact'))
  await box.control.change(number, { chat: BOB, archived: true })
  await until('the archive', () => changesIn(first.rows).some((one) => one.what === 'chat' && one.archived))

  expect(emptiedIn(first.rows)).toEqual([])
  isTold = false
  commits.length = 0
  await box.control.change(number, { chat: BOB, cleared: true, upTo })
  await until('the version is durable', () => commits.some((rows) => rows.some(isVersion)))
  const commit = commits.find((rows) => rows.some(isVersion))
  expect(commit?.some((row) => row.startsWith('inbound:'))).toBe(true)
  first.abandon()
  await box.control.change(number, { chat: BOB, deleted: true, upTo })

  await using second = await rig(box, { store: memoryDevice({ disk }), epoch: 2 })
  second.connect()
  await until('both are told by the next owner', () => emptiedIn(second.rows).length >= 2)
  const range = { what: 'chat', jid: emptiedIn(second.rows)[0]?.jid, upTo: '2026-01-01T12:00:00.999Z' }
  expect(emptiedIn(second.rows)).toEqual([
    { ...range, cleared: true },
    { ...range, deleted: true },
  ])
  await first.device.close().catch(() => {})
})
