/**
 * Work of many sessions, so much of it at a time in all and so much of one: what one has to do, and does not get done,
 * leaves room for the others.
 */
import PQueue from 'p-queue'

export type InTurn = <T>(owner: object, work: () => Promise<T>) => Promise<T>

export function inTurn(limits: { all: number; ofOne: number }): InTurn {
  const all = new PQueue({ concurrency: limits.all })
  const queues = new WeakMap<object, PQueue>()
  return (owner, work) => {
    const own = queues.get(owner) ?? new PQueue({ concurrency: limits.ofOne })
    queues.set(owner, own)
    return own.add(() => all.add(work))
  }
}
