import { expect, test } from 'vitest'
import { oneByOne, together } from './batch.ts'

const log = { warn: () => undefined }
const records = ['a', 'bad', 'c'].map((body) => ({ messageId: `id-${body}`, body }))
const BAD = { batchItemFailures: [{ itemIdentifier: 'id-bad' }] }

test('only what failed comes back', async () => {
  const done: string[] = []
  const consume = oneByOne(async (body) => {
    if (body === 'bad') throw new Error('no')
    done.push(body)
  }, log)
  expect(await consume(records)).toEqual(BAD)
  expect(done).toEqual(['a', 'c'])
})

test('a batch is handled at once, and one by one when it fails', async () => {
  const calls: string[][] = []
  const consume = together(async (bodies) => {
    calls.push(bodies)
    if (bodies.includes('bad')) throw new Error('no')
  }, log)
  expect(await consume(records.filter(({ body }) => body !== 'bad'))).toEqual({ batchItemFailures: [] })
  expect(await consume(records)).toEqual(BAD)
  expect(calls).toEqual([['a', 'c'], ['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
})
