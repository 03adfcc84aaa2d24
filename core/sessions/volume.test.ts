import { expect, test } from 'vitest'
import { iso } from '../platform/clock.ts'
import type { Day } from '../stats.ts'
import { unusual } from './volume.ts'

const DAY = 86_400_000
const AT = Date.UTC(2026, 0, 20, 14)
const LONG_AGO = AT - 365 * DAY

const day = (ago: number, messages: number, hour = 14): Day => ({
  day: iso(AT - ago * DAY).slice(0, 10),
  sent: messages,
  received: 0,
  failed: 0,
  took: 0,
  tookMs: 0,
  hours: Array.from({ length: 24 }, (_, index) => (index === hour ? messages : 0)),
})
const week = (messages: number) => [1, 2, 3, 4, 5, 6, 7].map((ago) => day(ago, messages))

test('far more than usual, and far less, is said with its numbers', () => {
  expect(unusual([...week(30), day(0, 200)], AT, LONG_AGO)).toEqual({
    messages: 200,
    usual: 30,
    direction: 'above',
  })
  expect(unusual([...week(30), day(0, 3)], AT, LONG_AGO)).toMatchObject({ messages: 3, direction: 'below' })
  expect(unusual(week(30), AT, LONG_AGO)).toMatchObject({ messages: 0, direction: 'below' })
})

test('what is usual, small, or known for too short a time is not said', () => {
  expect(unusual([...week(30), day(0, 100)], AT, LONG_AGO)).toBeUndefined()
  expect(unusual([...week(1), day(0, 40)], AT, LONG_AGO)).toBeUndefined()
  expect(unusual([...week(5), day(0, 0)], AT, LONG_AGO)).toBeUndefined()
  expect(unusual([day(1, 10), day(2, 10), day(0, 500)], AT, AT - 2 * DAY - 1)).toBeUndefined()
})

test('a week of silence is known, days that were counted without their hours are not', () => {
  expect(unusual([day(0, 80)], AT, LONG_AGO)).toMatchObject({ usual: 0, direction: 'above' })
  const uncounted = week(30).map((one) => ({ ...one, hours: new Array<number>(24).fill(0) }))
  expect(unusual([...uncounted, day(0, 500)], AT, LONG_AGO)).toBeUndefined()
})

test('a session that is busy at other hours is not called loud', () => {
  const busy = [1, 2, 3, 4, 5, 6, 7].map((ago) => ({
    ...day(ago, 0),
    sent: 2_400,
    hours: new Array<number>(24).fill(100),
  }))
  expect(unusual([...busy, day(0, 300)], AT, LONG_AGO)).toBeUndefined()
})
