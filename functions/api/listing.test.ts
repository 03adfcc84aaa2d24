import { expect, test } from 'vitest'
import { pageOf } from './listing.ts'

type Entry = { at: string; id: string }
const placeOf = ({ at, id }: Entry) => [at, id]
const entries = (text: string): Entry[] => text.split(' ').map((id) => ({ at: id.slice(0, 1), id }))
const idsOf = (items: Entry[]) => items.map(({ id }) => id).join(' ')

test('goes through a list in one order, however it comes, and ends with null', () => {
  const first = pageOf(entries('b1 a2 c1 a1'), { limit: 3 }, placeOf)
  expect(idsOf(first.items)).toBe('a1 a2 b1')
  const second = pageOf(entries('c1 b1 a1 a2'), { limit: 3, cursor: first.nextCursor! }, placeOf)
  expect([idsOf(second.items), second.nextCursor]).toEqual(['c1', null])
  expect(pageOf(entries('a1 a2'), { limit: 2 }, placeOf).nextCursor).toBeNull()
  expect(pageOf([], { limit: 2 }, placeOf)).toEqual({ items: [], nextCursor: null })
})

test('repeats nothing and skips nothing while entries come and go between two pages', () => {
  const { nextCursor } = pageOf(entries('a1 a2 b1 c1'), { limit: 2 }, placeOf)
  const next = pageOf(entries('a0 a1 b0 b1 c1'), { limit: 2, cursor: nextCursor! }, placeOf)
  expect(idsOf(next.items)).toBe('b0 b1')
})

test('an offset counts from the cursor, or from the beginning', () => {
  expect(idsOf(pageOf(entries('a1 a2 b1 c1'), { limit: 2, offset: 1 }, placeOf).items)).toBe('a2 b1')
  expect(pageOf(entries('a1 a2'), { limit: 2, offset: 5 }, placeOf)).toEqual({ items: [], nextCursor: null })
})

test.each(['x', '%7B%7D', 'e30', 'W10', 'WzFd', 'bnVsbA'])(
  'refuses the cursor %s, which is none of ours',
  (cursor) => {
    expect(() => pageOf(entries('a1'), { limit: 1, cursor }, placeOf)).toThrow(
      /not one that this API handed out/,
    )
  },
)
