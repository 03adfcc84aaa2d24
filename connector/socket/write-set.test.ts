import { expect, test } from 'vitest'
import { WriteSet } from './write-set.ts'

const fresh = (rows: [string, string][] = []) => {
  const applied: boolean[] = []
  const set = new WriteSet({ rows: new Map(rows), mark: '', topPreKey: 0 }, (lazy) => applied.push(lazy))
  return { set, applied }
}

test('a change is one unit, read at once, and what is as it was is not written again', () => {
  const { set, applied } = fresh()
  const seq = set.apply({ 'device-list': { bob: ['0'] }, 'lid-mapping': { '1': '2' } })
  expect(set.read('device-list', 'bob')).toEqual(['0'])
  expect(set.apply({ 'device-list': { bob: ['0'] }, 'lid-mapping': { '1': '2' } })).toBe(seq)
  expect(set.pendingUnits).toBe(1)
  expect(applied).toEqual([false])
})

test('deleting what is not there writes nothing', () => {
  const { set } = fresh([['session:a', '{}']])
  set.apply({ session: { b: null } })
  expect(set.pendingUnits).toBe(0)
  set.apply({ session: { a: null } })
  expect(set.pending()[0]?.rows).toEqual(new Map([['session:a', null]]))
  expect(set.has('session', 'a')).toBe(false)
})

test('what is read can be changed in place without changing what is stored', () => {
  const { set } = fresh([['sender-key-memory:g', '{"a":true}']])
  const memory = set.read('sender-key-memory', 'g') as Record<string, boolean>
  memory.b = true
  expect(set.read('sender-key-memory', 'g')).toEqual({ a: true })
})

test('bytes wait for everything but clean-up', () => {
  const { set, applied } = fresh([['inbound:1', '{}']])
  set.apply({ session: { a: {} } })
  set.apply({ inbound: { '1': null } }, true)
  expect([set.hard, set.seq]).toEqual([1, 2])
  expect(applied).toEqual([false, true])
})

test('a pre-key is fresh until its unit is durable, and a later change keeps it fresh', () => {
  const { set } = fresh()
  const pair = { public: new Uint8Array(32), private: new Uint8Array(32) }
  set.apply({ 'pre-key': { 7: pair } })
  const first = set.pending().slice()
  set.apply({ 'pre-key': { 7: null } })
  expect(set.freshPreKey(7)).toMatchObject({ pair: null })
  set.take(1)
  set.settle(1, first)
  expect(set.freshPreKey(7)).toMatchObject({ pair: null })
  const second = set.pending().slice()
  set.settle(2, second)
  expect(set.freshPreKey(7)).toBeUndefined()
  expect(set.durable).toBe(2)
})

test('a dead write set takes nothing', () => {
  const { set } = fresh()
  set.dead = new Error('fenced')
  expect(() => set.apply({ session: { a: {} } })).toThrow('fenced')
  expect(set.has('session', 'a')).toBe(false)
})
