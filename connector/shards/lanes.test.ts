import { expect, test } from 'vitest'
import { Lanes } from './lanes.ts'

test('one lane in order, lanes side by side, failures apart', async () => {
  const lanes = new Lanes()
  const done: string[] = []
  const first = Promise.withResolvers<void>()
  const work = (name: string, after?: Promise<void>) => async () => {
    await after
    done.push(name)
    return name
  }
  const a1 = lanes.run('a', work('a1', first.promise))
  const a2 = lanes.run('a', () => Promise.reject(new Error('a2')))
  const a3 = lanes.run('a', work('a3'))
  expect(await lanes.run('b', work('b1'))).toBe('b1')
  expect(done).toEqual(['b1'])
  first.resolve()
  expect(await a1).toBe('a1')
  await expect(a2).rejects.toThrow('a2')
  expect(await a3).toBe('a3')
  expect(done).toEqual(['b1', 'a1', 'a3'])
})
