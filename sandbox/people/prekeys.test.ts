import { expect, test } from 'vitest'
import { openStore } from '../store.ts'
import { openPreKeyPool } from './prekeys.ts'

const key = (id: number, value = id) => ({ id, public: Buffer.alloc(32, value) })

test('each key is taken once, in order, also after it was uploaded again', () => {
  const pool = openPreKeyPool(openStore())
  pool.add('a', [key(2), key(1)])
  pool.add('b', [key(1)])
  expect(pool.take('a')).toEqual(key(1))
  pool.add('a', [key(1), key(2), key(3)])
  expect(pool.count('a')).toBe(2)
  expect([pool.take('a'), pool.take('a'), pool.take('a')]).toEqual([key(2), key(3), undefined])
  expect(pool.take('b')).toEqual(key(1))
})

test('the same id with another value is another key', () => {
  const pool = openPreKeyPool(openStore())
  pool.add('a', [key(1)])
  pool.take('a')
  pool.add('a', [key(1, 99)])
  expect(pool.take('a')).toEqual(key(1, 99))
  pool.add('a', [key(2)])
  pool.clear('a')
  expect(pool.take('a')).toBeUndefined()
})
