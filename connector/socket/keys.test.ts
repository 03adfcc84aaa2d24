import type { SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { Transactions } from './keys.ts'
import { WriteSet } from './write-set.ts'

function account() {
  const set = new WriteSet({ rows: new Map(), mark: '', topPreKey: 0 }, () => {})
  const preKeys = { read: async () => ({}) }
  const transactions = new Transactions(set, preKeys)
  const connect = () => {
    const keys = {} as SignalKeyStoreWithTransaction
    transactions.install(keys)
    return keys
  }
  return { set, transactions, connect, keys: connect() }
}
const memory = (group: string, value: Record<string, boolean> | null) => ({
  'sender-key-memory': { [group]: value },
})

test('a transaction is one unit, and it sees its own changes', async () => {
  const { set, keys } = account()
  await keys.transaction(async () => {
    expect(keys.isInTransaction()).toBe(true)
    await keys.set(memory('a', { x: true }))
    await keys.set(memory('b', { y: true }))
    expect(await keys.get('sender-key-memory', ['a', 'c'])).toEqual({ a: { x: true } })
    expect(set.pendingUnits).toBe(0)
  }, 'me')
  expect(keys.isInTransaction()).toBe(false)
  expect(set.pendingUnits).toBe(1)
})

test('it reads what is current, not what was when it began', async () => {
  const { set, keys } = account()
  await keys.transaction(async () => {
    expect(await keys.get('sender-key-memory', ['a'])).toEqual({})
    set.apply(memory('a', { x: true }))
    expect(await keys.get('sender-key-memory', ['a'])).toEqual({ a: { x: true } })
  }, 'me')
})

test('what failed before a byte left is forgotten; facts stay', async () => {
  const { set, keys } = account()
  const failed = keys.transaction(async () => {
    await keys.set({ ...memory('a', { x: true }), 'lid-mapping': { '1': '2' } })
    throw new Error('no answer')
  }, 'me')
  await expect(failed).rejects.toThrow('no answer')
  expect(set.has('sender-key-memory', 'a')).toBe(false)
  expect(set.read('lid-mapping', '1')).toBe('2')
})

test('what bytes were made from counts from the moment they leave, also when the rest fails', async () => {
  const { set, keys, transactions } = account()
  const failed = keys.transaction(async () => {
    await keys.set(memory('a', { x: true }))
    transactions.flushRunning()
    expect(set.has('sender-key-memory', 'a')).toBe(true)
    await keys.set(memory('b', { y: true }))
    throw new Error('too late')
  }, 'me')
  await expect(failed).rejects.toThrow('too late')
  expect(set.has('sender-key-memory', 'a')).toBe(true)
  expect(set.has('sender-key-memory', 'b')).toBe(false)
})

test('versions of patches count only when their content was applied', async () => {
  const { set, keys, transactions } = account()
  const version = { version: 3, hash: Buffer.alloc(0), indexValueMap: {} }
  const sync = (fails: boolean) =>
    keys.transaction(async () => {
      await keys.set({ 'app-state-sync-version': { regular: version } })
      transactions.flushRunning()
      expect(await keys.get('app-state-sync-version', ['regular'])).toMatchObject({ regular: { version: 3 } })
      if (fails) throw new Error('a patch could not be applied')
    }, 'app-state')
  await expect(sync(true)).rejects.toThrow()
  expect(set.has('app-state-sync-version', 'regular')).toBe(false)
  await sync(false)
  expect(set.has('app-state-sync-version', 'regular')).toBe(true)
})

test('a promise that outlives its transaction writes directly', async () => {
  const { set, keys } = account()
  let late: Promise<void> = Promise.resolve()
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  await keys.transaction(async () => {
    late = ended.then(() => keys.set(memory('a', { x: true })))
  }, 'me')
  end()
  await late
  expect(set.has('sender-key-memory', 'a')).toBe(true)
})

test('the transaction of one account is none of another', async () => {
  const [alice, bob] = [account(), account()]
  await alice.keys.transaction(async () => {
    expect(bob.keys.isInTransaction()).toBe(false)
    await bob.keys.set(memory('b', { y: true }))
    expect(bob.set.has('sender-key-memory', 'b')).toBe(true)
    bob.transactions.flushRunning()
  }, 'me')
  expect(alice.set.pendingUnits).toBe(0)
})

test('transactions under one name take turns, and one of a dead connection does not hold up the next', async () => {
  const { connect } = account()
  const [old, fresh] = [connect(), connect()]
  const order: string[] = []
  let hang = () => {}
  const hanging = new Promise<void>((resolve) => {
    hang = resolve
  })
  const first = old.transaction(() => hanging.then(() => void order.push('old 1')), 'me')
  const second = old.transaction(async () => void order.push('old 2'), 'me')
  await fresh.transaction(async () => void order.push('fresh'), 'me')
  hang()
  await Promise.all([first, second])
  expect(order).toEqual(['fresh', 'old 1', 'old 2'])
})
