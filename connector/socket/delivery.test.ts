import pino from 'pino'
import { expect, test } from 'vitest'
import { until } from '../../test/support/until.ts'
import { Delivery } from './delivery.ts'
import type { Row } from './types.ts'

function stage(deliver: (rows: Row[]) => Promise<void>) {
  const durable = { upTo: 0 }
  const handed: string[] = []
  const source = {
    row: (id: string): Row => ({ id, kind: 'receipt', stanza: {}, messageIds: [] }),
    handed: (id: string) => void handed.push(id),
  }
  const delivery = new Delivery({
    deliver,
    durable: () => durable.upTo,
    sources: () => [source],
    log: pino({ level: 'silent' }),
    onChange: () => {},
  })
  return { delivery, durable, handed }
}
const ids = (rows: Row[]) => rows.map(({ id }) => id)

test('only durable rows are handed on, in order', async () => {
  const batches: string[][] = []
  const { delivery, durable, handed } = stage(async (rows) => void batches.push(ids(rows)))
  delivery.queue('2', 2)
  delivery.queue('1', 1)
  delivery.queue('3', 3)
  delivery.start()
  await delivery.whenIdle()
  expect(batches).toEqual([])
  durable.upTo = 2
  await delivery.whenIdle()
  expect(batches).toEqual([['1', '2']])
  expect(handed).toEqual(['1', '2'])
  expect(delivery.size).toBe(1)
})

test('a refusal is answered by the same rows, and nothing overtakes them', async () => {
  const attempts: string[][] = []
  const { delivery, durable, handed } = stage(async (rows) => {
    attempts.push(ids(rows))
    if (attempts.length < 3) throw new Error('downstream is down')
  })
  durable.upTo = 9
  delivery.queue('1', 1)
  delivery.kick()
  await until('an attempt', () => attempts.length > 0)
  delivery.queue('2', 2)
  await until('all are handed on', () => handed.length === 2)
  expect(attempts).toEqual([['1'], ['1'], ['1'], ['2']])
})

test('stopped in the middle, it neither tries again nor counts the rows as handed on', async () => {
  let attempts = 0
  const { delivery, durable, handed } = stage(async () => {
    attempts++
    throw new Error('downstream is down')
  })
  durable.upTo = 1
  delivery.queue('1', 1)
  delivery.kick()
  await until('an attempt', () => attempts > 0)
  delivery.stop()
  await delivery.whenIdle()
  expect(handed).toEqual([])
})
