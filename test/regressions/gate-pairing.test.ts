/**
 * The process dies at every commit of a first link in turn: of the pairing, of the upload of 812 pre-keys, of the keys
 * and the history that the phone sends. Before that commit, or after it but before anybody knew. Whatever the moment,
 * the next process ends up linked, with the phone's keys, with what they open (the address book), with every part of the
 * history that was offered, and able to write and read.
 */
import { proto } from '@whiskeysockets/baileys'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DeviceStore, type MemoryDisk, memoryDevice, memoryDisk } from '#core/device/index.ts'
import type { HistoryShelf, Row } from '../../connector/socket/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { jidOf, type Rig, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

let box: Sandbox
let people = 0
beforeAll(async () => {
  box = await sandbox({ receiptDelayMs: 20 })
})
afterAll(() => box.close())

/** Works until commit number `at`, and never answers again; `applied` says whether that one still took place. */
function dyingStore(disk: MemoryDisk, at: number, applied: boolean) {
  const store = memoryDevice({ disk, latency: () => 5 })
  const never = new Promise<never>(() => {})
  let commits = 0
  let isDead = false
  const dying: DeviceStore = {
    ...store,
    preKeys: (ids) => (isDead ? never : store.preKeys(ids)),
    commit: async (group) => {
      if (isDead) return never
      isDead = ++commits === at
      if (isDead && !applied) return never
      await store.commit(group)
      if (isDead) return never
    },
  }
  return { store: dying, died: () => isDead }
}

/** Linked, with the phone's keys, and nothing from the phone left to do. */
const isSettled = (one: Rig, disk: MemoryDisk) =>
  one.connection.state === 'open' &&
  [...disk.rows.keys()].some((key) => key.startsWith('app-state-sync-key:')) &&
  disk.rows.get('creds:self')?.includes('myAppStateKeyId') === true &&
  ![...disk.rows.keys()].some((key) => key.startsWith('inbound:'))

const isContact = (row: Row): boolean =>
  row.kind === 'synced' && row.changes.some((change) => change.what === 'contact' && change.name === 'Friend')

const orderOf = ({ message }: ReturnType<HistoryShelf['announcement']>): number | null | undefined =>
  proto.Message.decode(message).protocolMessage?.historySyncNotification?.chunkOrder

describe.each([
  ['before', false],
  ['after', true],
] as const)('killed %s a commit took place', (_, applied) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])('commit %i', async (at) => {
    const number = `+1777000${String(++people).padStart(4, '0')}`
    const friend = `+1888000${String(people).padStart(4, '0')}`
    await box.control.change(number, { contact: { number: friend, name: 'Friend' } })
    await box.control.remember(number, { messages: 30, partSize: 10 })
    const disk = memoryDisk()
    const dying = dyingStore(disk, at, applied)
    const first = await rig(box, { store: dying.store, scan: number })
    first.connect()
    await until('it dies, or is through', () => dying.died() || isSettled(first, disk))
    // What it still could do on what was durable, it has done.
    await until('it stands still', () => Date.now() - first.device.stats.lastFrameAt > 150)
    first.abandon()

    await using next = await rig(box, { store: memoryDevice({ disk }), epoch: 2, scan: number })
    next.connect()
    await until('it is linked and settled', () => isSettled(next, disk))
    await until('the address book is known', () => [...first.rows, ...next.rows].some(isContact))
    // Names, what was said lately, and three parts of what was said before.
    const { history } = next.device
    await until('all of it is announced', () => history.pending().length >= 5)
    expect(history.pending().map(({ id }) => orderOf(history.announcement(id)))).toEqual([0, 0, 0, 1, 2])
    await next.send(jidOf(friend), 'out')
    await box.control.send(friend, { to: number, text: 'in' })
    await until('the friend reads', async () => (await box.control.inbox(friend)).messages.length === 1)
    await until('we read', () => [...next.texts().values()].includes('in'))
    expect(await box.control.inbox(friend)).toMatchObject({ undecryptable: 0, retries: 0 })
    expect(next.rows.filter(({ kind }) => kind === 'undecryptable')).toEqual([])
  })
})

test('while the store stands still, the server learns nothing of the pairing', async () => {
  const number = '+17770009999'
  const disk = memoryDisk()
  const dying = dyingStore(disk, 2, false)
  const one = await rig(box, { store: dying.store, scan: number })
  one.connect()
  await until('the pairing waits for its commit', () => dying.died())
  await until('its answer is held', () => one.device.stats.heldFrames > 0)
  await until('it stands still', () => Date.now() - one.device.stats.lastFrameAt > 200)
  expect((await box.control.phones()).find((phone) => phone.number === number)?.devices ?? []).toEqual([])
  one.abandon()
})
