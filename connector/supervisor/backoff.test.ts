import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOff } from './backoff.ts'

const CAP = 300_000
const most = () => 1

test('the bound doubles from the interval up to the cap', () => {
  expect([1, 2, 3, 4].map((attempt) => backOff(attempt, 5_000, CAP, most))).toEqual([
    5_000, 10_000, 20_000, 40_000,
  ])
  expect(backOff(20, 5_000, CAP, most)).toBe(CAP)
  expect(backOff(1_000_000, 5_000, CAP, most)).toBe(CAP)
})

test('an interval above the cap is respected', () => {
  expect(backOff(9, 3_600_000, CAP, most)).toBe(3_600_000)
})

test('every pause lies between the floor and its bound', () => {
  const inputs = fc.record({
    attempt: fc.integer({ min: 1, max: 100 }),
    draw: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(inputs, ({ attempt, draw }) => {
      const pause = backOff(attempt, 5_000, CAP, () => draw)
      return pause >= 100 && pause <= backOff(attempt, 5_000, CAP, most)
    }),
  )
})
