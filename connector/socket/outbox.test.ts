import { expect, test } from 'vitest'
import { Outbox } from './outbox.ts'
import { WriteSet } from './write-set.ts'

const TO = '4915100000002@s.whatsapp.net'

function world() {
  const set = new WriteSet({ rows: new Map(), mark: '' } as never, () => undefined)
  let ids = 0
  const rows: string[] = []
  const outbox = new Outbox(
    set,
    () => `${`${ids++}`.padStart(10, '0')}`,
    (id) => void rows.push(id),
  )
  const settle = () => {
    for (const id of rows.splice(0)) outbox.handed(id)
  }
  return { outbox, settle }
}

test.each([
  ['too many', 10_000, 10],
  ['a few large ones', 128, 100_000],
])('with %s it is full, until they are gone', (_, count, size) => {
  const { outbox, settle } = world()
  const message = Buffer.alloc(size)
  let taken = 0
  while (!outbox.isFull) outbox.accept({ id: `${taken++}`, to: TO, message })
  expect(Math.abs(taken - count)).toBeLessThan(count / 10)
  for (let n = 0; n < taken; n++) outbox.answered(`${n}`)
  settle()
  expect([outbox.isFull, outbox.size]).toEqual([false, 0])
})

test('what was answered has no recipient any more', () => {
  const { outbox } = world()
  outbox.accept({ id: 'A', to: TO, message: Buffer.from('x') })
  expect(outbox.recipientOf('A')).toBe(TO)
  outbox.answered('A')
  expect([outbox.recipientOf('A'), outbox.unanswered()]).toEqual([undefined, []])
})
