/**
 * A repair of fauxqs 2.4.1: SQS answers one look at a FIFO queue with up to ten messages, of one group first, in their
 * order; fauxqs gives one of each group, so that a busy session would get its commands one by one, each for the price
 * of a look and a deletion.
 */
type Received = { ReceiptHandle: string }

/** What is used of its queue. A group is locked, with a count, while messages of it are out. */
type Queue = {
  fifoLockedGroups: Map<string, number>
  inflightMessages: Map<string, { message: { messageGroupId: string } }>
  dequeueFifo(this: Queue, most: number, ...rest: unknown[]): Received[]
}

const DONE = Symbol.for('linekeeper.fauxqs.fifo')

/** Idempotent. */
export async function handOutGroups(): Promise<void> {
  const source = new URL('./sqs/sqsStore.js', import.meta.resolve('fauxqs'))
  const { SqsQueue } = (await import(source.href)) as { SqsQueue: { prototype: Queue } }
  const queue = SqsQueue.prototype as Queue & Record<symbol, boolean>
  if (queue[DONE]) return
  queue[DONE] = true
  const takeOne = queue.dequeueFifo
  queue.dequeueFifo = function (most, ...rest) {
    const taken: Received[] = []
    const out = new Map<string, number>()
    while (taken.length < Math.min(most, 10)) {
      const [one] = takeOne.call(this, 1, ...rest)
      if (!one) break
      taken.push(one)
      const group = this.inflightMessages.get(one.ReceiptHandle)?.message.messageGroupId ?? ''
      out.set(group, (out.get(group) ?? 0) + 1)
      this.fifoLockedGroups.delete(group)
    }
    for (const [group, count] of out) this.fifoLockedGroups.set(group, count)
    return taken
  }
}
