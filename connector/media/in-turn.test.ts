import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

const settled = () => new Promise(setImmediate)

test('one whose work does not get done leaves room for others', async () => {
  const take = inTurn({ all: 3, ofOne: 2 })
  const [stuck, other, third] = [{}, {}, {}]
  const done: string[] = []
  let release = () => {}
  const stalled = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = ['a', 'b', 'c'].map((name) => take(stuck, () => stalled.then(() => done.push(name))))
  await take(other, async () => done.push('of another'))
  await take(third, async () => done.push('of a third'))
  expect(done).toEqual(['of another', 'of a third'])
  release()
  await Promise.all(first)
  expect(done.slice(2)).toEqual(['a', 'b', 'c'])
})

test('no more at a time than in all, and what fails makes room', async () => {
  const take = inTurn({ all: 2, ofOne: 2 })
  let atWork = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++atWork)
    await settled()
    atWork--
    throw new Error('not done')
  }
  const all = Array.from({ length: 8 }, () => take({}, work))
  const ended = await Promise.allSettled(all)
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  expect(most).toBe(2)
})
