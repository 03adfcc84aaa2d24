import { expect, test } from 'vitest'
import type { Outbox } from './outbox.ts'
import type { Verdict } from './rules.ts'
import { SendQueue } from './send-queue.ts'

/** Messages are named after their chat, as `a1`. */
function world(...ids: string[]) {
  const open = new Set(ids)
  const verdicts = new Map<string, Verdict>()
  const outbox = {
    unanswered: () => [...open],
    recipientOf: (id: string) => (open.has(id) ? id[0] : undefined),
  } as Outbox
  const asked: string[] = []
  const queue = new SendQueue(outbox, (to) => {
    asked.push(to)
    return verdicts.get(to) ?? 'go'
  })
  queue.fill()
  /** Takes all that may leave. */
  const leaving = () => {
    const left: string[] = []
    for (let next = queue.next(); next; next = queue.next()) {
      queue.take(next.id)
      left.push(next.verdict === 'fail' ? `${next.id} fails` : next.id)
    }
    return left
  }
  return { queue, open, verdicts, asked, leaving }
}

test('the oldest leaves first', () => {
  const { leaving, queue, open } = world('a1', 'b1', 'a2')
  open.add('c1')
  queue.add('c1')
  expect(leaving()).toEqual(['a1', 'b1', 'a2', 'c1'])
})

test('a chat that rests keeps its order, and no other chat waits for it', () => {
  const { queue, leaving } = world('a1', 'a2', 'b1')
  queue.take('a1')
  queue.rest('a')
  queue.back('a1')
  expect(leaving()).toEqual(['b1'])
  queue.wake('a')
  expect(leaving()).toEqual(['a1', 'a2'])
})

test('what is held leaves in order when it may; what has to fail does not wait', () => {
  const { queue, verdicts, leaving } = world('a1', 'b1', 'a2', 'c1')
  verdicts.set('a', 'hold').set('c', 'fail')
  expect(leaving()).toEqual(['b1', 'c1 fails'])
  verdicts.clear()
  queue.lookAgain()
  expect(leaving()).toEqual(['a1', 'a2'])
})

test('what has to wait is passed over once, however much leaves behind it', () => {
  const { queue, open, verdicts, asked, leaving } = world('a1', 'b1', 'c1', 'a2')
  verdicts.set('a', 'hold').set('b', 'hold')
  expect(leaving()).toEqual(['c1'])
  for (const id of ['d1', 'b2', 'd2']) {
    open.add(id)
    queue.add(id)
    leaving()
  }
  expect(asked.join('')).toBe('abcdd')
  queue.settle('b1')
  open.delete('b1')
  verdicts.clear()
  queue.lookAgain()
  expect(leaving()).toEqual(['a1', 'a2', 'b2'])
})

test('what was answered meanwhile does not leave', () => {
  const { open, leaving } = world('a1', 'a2')
  open.delete('a1')
  expect(leaving()).toEqual(['a2'])
})

test('what comes back leaves before everything that came behind it', () => {
  const { queue, leaving } = world('a1', 'b1', 'a2')
  queue.take('a1')
  queue.take('b1')
  queue.back('a1')
  expect(leaving()).toEqual(['a1', 'a2'])
  expect([queue.isUnderWay('b1'), queue.isUnderWay('b2')]).toEqual([true, false])
})

test('each that waits says why', () => {
  const { queue, verdicts } = world('a1', 'b1', 'b2', 'c1', 'a2', 'd1')
  queue.take('d1')
  queue.rest('a')
  verdicts.set('b', 'hold')
  const [order, restricted] = [{ reason: 'order' }, { reason: 'restricted' }]
  const reasons = (leavesAt: (others: number) => number | undefined) =>
    Object.fromEntries(queue.reasons(leavesAt))
  expect(reasons(() => undefined)).toEqual({ a1: order, a2: order, b1: restricted, b2: restricted })
  expect(reasons((others) => 1_000 * (others + 1)).c1).toEqual({ reason: 'pacing', until: 1_000 })
})
