import { expect, test } from 'vitest'
import { until } from '../../test/support/until.ts'
import type { Item, Key } from './dynamo.ts'
import { openLoader } from './loader.ts'

const key = (n: number) => ({ pk: `p${n}`, sk: 's' })
function countingStore(answer: (keys: Key[]) => Item[]) {
  const reads: Key[][] = []
  return {
    reads,
    async getMany(_table: string, keys: Key[]) {
      reads.push(keys)
      return answer(keys)
    },
  }
}

test('what is asked for in one turn is one read, the same key once', async () => {
  const store = countingStore((keys) =>
    keys.filter(({ pk }) => pk !== 'p2').map((one) => ({ ...one, n: one.pk })),
  )
  const load = openLoader(store)
  const found = await Promise.all([load(key(1)), load(key(2)), load(key(1))])
  expect(found.map((item) => item?.n)).toEqual(['p1', undefined, 'p1'])
  expect(store.reads).toEqual([[key(1), key(2)]])
})

test('what is asked for during a read is the next read, also when it is the same key', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const reads: Key[][] = []
  const load = openLoader({
    async getMany(_table: string, keys: Key[]) {
      await gates[reads.push(keys) - 1]?.promise
      return keys.map((one) => ({ ...one, read: reads.length }))
    },
  })
  const first = load(key(1))
  await until('read 1', () => reads.length === 1)
  const later = [load(key(1)), load(key(2))]
  gates[0]!.resolve()
  expect(await first).toMatchObject({ read: 1 })
  await until('read 2', () => reads.length === 2)
  gates[1]!.resolve()
  expect(await Promise.all(later)).toMatchObject([{ read: 2 }, { read: 2 }])
  expect(reads).toEqual([[key(1)], [key(1), key(2)]])
})

test('nothing is remembered beyond the read', async () => {
  let version = 0
  const load = openLoader(countingStore((keys) => keys.map((one) => ({ ...one, version: ++version }))))
  expect(await load(key(1))).toMatchObject({ version: 1 })
  expect(await load(key(1))).toMatchObject({ version: 2 })
})

test('more than a hundred keys are several reads; a failed read fails those who asked', async () => {
  const store = countingStore((keys) => {
    if (keys.some(({ pk }) => pk === 'p120')) throw new Error('down')
    return keys.map((one) => ({ ...one }))
  })
  const load = openLoader(store)
  const results = await Promise.allSettled(Array.from({ length: 150 }, (_, n) => load(key(n))))
  expect(store.reads.map((keys) => keys.length)).toEqual([100, 50])
  expect(results.map(({ status }) => status)).toEqual([
    ...Array(100).fill('fulfilled'),
    ...Array(50).fill('rejected'),
  ])
})
