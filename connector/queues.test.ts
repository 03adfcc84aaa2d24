import { expect, test } from 'vitest'
import { QUEUES_TOLD } from '#core/lease.ts'
import { queuesOf } from './queues.ts'

test('only sessions with messages that wait are told of', () => {
  expect(
    queuesOf([
      { id: 'a', waiting: 3 },
      { id: 'b', waiting: 0 },
    ]),
  ).toEqual({ a: 3 })
})

test('of too many, the longest', () => {
  const told = queuesOf(Array.from({ length: 500 }, (_, n) => ({ id: `s${n}`, waiting: n })))
  expect(Object.keys(told)).toHaveLength(QUEUES_TOLD)
  expect(Math.min(...Object.values(told))).toBe(500 - QUEUES_TOLD)
})
