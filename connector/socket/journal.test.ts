import { beforeEach, expect, test } from 'vitest'
import type { Opened } from '#core/device/index.ts'
import { Journal } from './journal.ts'
import type { Changes } from './write-set.ts'
import { WriteSet } from './write-set.ts'

const PADDED = Buffer.from([104, 105, 2, 2])
let ids = 0
beforeEach(() => {
  ids = 0
})

function open(rows: Opened['rows'] = new Map(), most?: number) {
  const set = new WriteSet({ rows, mark: '', topPreKey: 0 }, () => {})
  const queued: string[] = []
  const journal = new Journal(
    set,
    () => `R${++ids}`,
    (id) => queued.push(id),
    most,
  )
  const read = (
    hash: string,
    stanza: Record<string, string> = { id: `M${hash}` },
    line = 1,
    encryption = 'msg',
  ) => {
    const unit: Changes = { session: { bob: { step: hash } } }
    const applied = journal.addTo(unit, { stanza, encryption, hash }, PADDED, line)
    set.apply(unit)
    applied()
    set.take(set.pendingUnits)
    return queued.at(-1) ?? ''
  }
  return { set, journal, queued, read }
}
const rowsOf = (set: WriteSet) => [...set.entries('inbound')].map(([id]) => id)

test('a message and its ratchet step are one unit', () => {
  const { set, journal } = open()
  const unit: Changes = { session: { bob: { step: 'a' } } }
  journal.addTo(unit, { stanza: { id: 'M' }, encryption: 'msg', hash: 'a' }, PADDED, 1)
  set.apply(unit)
  expect(set.pendingUnits).toBe(1)
  expect([...(set.pending()[0]?.rows.keys() ?? [])]).toEqual(['session:bob', 'inbound:R1'])
})

test('a redelivered ciphertext is answered with the padded plaintext, and others are not', () => {
  const { journal, read } = open()
  read('a')
  expect(journal.answer('a')).toEqual(PADDED)
  expect(journal.answer('b')).toBeUndefined()
  expect(journal.hits).toBe(1)
})

test('a row is handed on without padding', () => {
  const { journal, read } = open()
  const id = read('a', { id: 'M1', from: 'bob' })
  expect(journal.row(id)).toMatchObject({ id, kind: 'message', encryption: 'msg', stanza: { from: 'bob' } })
  const row = journal.row(id)
  expect(row?.kind === 'message' && Buffer.from(row.message).toString()).toBe('hi')
})

test('R6: a message goes when it was handed on and the server has our receipt, in either order', () => {
  const { set, journal, read } = open()
  const [first, second] = [read('a'), read('b')]
  journal.handed(first)
  expect(rowsOf(set)).toEqual([first, second])
  journal.acknowledged('Ma')
  expect(rowsOf(set)).toEqual([second])
  journal.acknowledged('Mb')
  journal.handed(second)
  expect(rowsOf(set)).toEqual([])
  expect(journal.answer('a')).toBeUndefined()
})

test('R6: what came before this line and was not delivered again has our receipt; what came again has not', () => {
  const before = open()
  const [first, second] = [before.read('a'), before.read('b')]
  const { set, journal, queued, read } = open(
    new Map(
      [...before.set.entries('inbound')].map(([id, value]) => [`inbound:${id}`, JSON.stringify(value)]),
    ),
  )
  expect(queued).toEqual([first, second])
  const third = read('c', { id: 'Mc' }, 1)
  for (const id of [first, second, third]) journal.handed(id)
  journal.arrived('b', 1)
  journal.offlineEnded(1)
  expect(rowsOf(set)).toEqual([second, third])
  journal.offlineEnded(2)
  expect(rowsOf(set)).toEqual([])
})

test('what a server never acknowledges is kept to a bound, and only once it was handed on', () => {
  const { set, journal, read } = open(new Map(), 2)
  const [first, second, third, fourth] = [read('a'), read('b'), read('c'), read('d')]
  expect(rowsOf(set)).toHaveLength(4)
  for (const id of [second, third, fourth]) journal.handed(id)
  expect(rowsOf(set)).toEqual([first, third, fourth])
  journal.acknowledged('Mc')
  journal.handed(first)
  expect(rowsOf(set)).toEqual([first, fourth])
})

test('receipts and the like go as soon as they were handed on', () => {
  const { set, journal, queued, read } = open()
  journal.add({ kind: 'receipt', stanza: { id: 'M1' }, messageIds: ['M1'] }, 1)
  const channel = read('a', { id: 'M2' }, 1, 'plaintext')
  for (const id of queued) journal.handed(id)
  expect(channel).toBe('R2')
  expect(rowsOf(set)).toEqual([])
})

test('a message between our own devices stays until Baileys has acted on it', () => {
  const { set, journal, read } = open()
  const id = read('a', { id: 'M1', category: 'peer' })
  journal.handed(id)
  journal.acknowledged('M1')
  journal.handled('M1', () => false)
  expect(journal.unprocessed(1)).toEqual([])
  expect(journal.unprocessed(2)).toMatchObject([{ id }])
  expect(rowsOf(set)).toEqual([id])
  journal.handled('M1', () => true)
  expect(rowsOf(set)).toEqual([])
})

test('one stanza with two ciphertexts is two rows, settled by one receipt', () => {
  const { set, journal, read } = open()
  const rows = [read('a', { id: 'M1' }), read('b', { id: 'M1' })]
  for (const id of rows) journal.handed(id)
  journal.acknowledged('M1')
  expect(rowsOf(set)).toEqual([])
})

test('wrong padding is told as unreadable, and the row still answers', () => {
  const { set, journal } = open()
  const unit: Changes = {}
  const applied = journal.addTo(
    unit,
    { stanza: { id: 'M' }, encryption: 'msg', hash: 'x' },
    Buffer.from([1, 9]),
    1,
  )
  set.apply(unit)
  applied()
  expect(journal.row('R1')).toMatchObject({ kind: 'undecryptable' })
  expect(journal.answer('x')).toEqual(Buffer.from([1, 9]))
})
