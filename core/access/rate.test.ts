import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { RATES } from '../account.ts'
import { openRates } from './rate.ts'

let w: TestDomain
const LIMIT = RATES.free
beforeAll(async () => {
  w = await testDomain()
  await w.account('small', 'free')
})
afterAll(() => w.close())
beforeEach(() => {
  w.clock.now += 60_000
})

test('so many in a minute, over all processes together, and as many again in the next', async () => {
  const [one, other] = [openRates(w.store), openRates(w.store)]
  const allowed = async () => {
    const answers = []
    for (let nth = 0; nth < LIMIT; nth++) answers.push(await one('small'), await other('small'))
    return answers.filter(({ isAllowed }) => isAllowed).length
  }
  expect(await allowed()).toBe(LIMIT)
  const { isAllowed, remaining, after, limit } = await one('small')
  expect([isAllowed, remaining, limit]).toEqual([false, 0, LIMIT])
  expect(after).toBeLessThanOrEqual(60)
  w.clock.now += after * 1_000
  expect(await allowed()).toBe(LIMIT)
})

test('what is left is told with each, and when there will be more', async () => {
  const rates = openRates(w.store)
  const first = await rates('small')
  const second = await rates('small')
  expect([first.remaining, second.remaining]).toEqual([LIMIT - 1, LIMIT - 2])
  expect(first.resetAt * 1_000).toBe(Math.floor(w.clock.now / 60_000 + 1) * 60_000)
})

test('counting costs two calls for a fiftieth of the limit, however many come at once', async () => {
  let calls = 0
  const counted = <A extends unknown[], R>(call: (...given: A) => R) => {
    return (...given: A): R => {
      calls++
      return call(...given)
    }
  }
  const store = { ...w.store, get: counted(w.store.get), change: counted(w.store.change) } as typeof w.store
  const rates = openRates(store)
  await Promise.all(Array.from({ length: LIMIT / 50 }, () => rates('small')))
  expect(calls).toBe(2)
  await rates('small')
  expect(calls).toBe(4)
})
