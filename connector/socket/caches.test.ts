import { expect, test } from 'vitest'
import { ShortCache } from './caches.ts'

test('a value lives as long as it should, by the clock', () => {
  let now = 0
  const cache = new ShortCache<string>(100, () => now)
  cache.set('a', 'x')
  now = 99
  expect(cache.get('a')).toBe('x')
  now = 100
  expect(cache.get('a')).toBeUndefined()
})

test('setting anew begins a new life; deleted and flushed values are gone', () => {
  let now = 0
  const cache = new ShortCache<number>(100, () => now)
  cache.set('a', 1)
  now = 80
  cache.set('a', 2)
  cache.set('b', 3)
  now = 150
  expect([cache.get('a'), cache.get('b')]).toEqual([2, 3])
  cache.del('a')
  expect(cache.get('a')).toBeUndefined()
  cache.flushAll()
  expect(cache.get('b')).toBeUndefined()
})

test('there is a bound, and the oldest go first', () => {
  const cache = new ShortCache<number>(100, () => 0)
  for (let n = 0; n <= 2000; n++) cache.set(`${n}`, n)
  expect(cache.get('0')).toBeUndefined()
  expect(cache.get('1')).toBe(1)
  expect(cache.get('2000')).toBe(2000)
})
