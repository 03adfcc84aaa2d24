/**
 * A repair of fauxqs 2.4.1: SQS answers one look at a FIFO queue with up to ten messages, of one group first, in their
 * order; fauxqs gives one of each group, so that a busy session would get its commands one by one, each for the price
 * of a look and a deletion.
 */
type Received = { ReceiptHandle: string }
type Message = { messageGroupId: string }

/** What is used of its queue. A group is locked, with a count, while messages of it are out. */
type Queue = {
  fifoLockedGroups: Map<string, number>
  inflightMessages: Map<string, { message: Message }>
  /** What waits, by group. */
  fifoMessages: Map<string, Message[]>
  dequeueFifo(this: Queue, most: number, ...rest: unknown[]): Received[]
  changeVisibility(this: Queue, receiptHandle: string, seconds: number): void
  /** Takes back what was not deleted in time. */
  processTimers(this: Queue): void
}

const DONE = Symbol.for('linekeeper.fauxqs.fifo')

/** Idempotent. */
export async function handOutGroups(): Promise<void> {
  const source = new URL('./sqs/sqsStore.js', import.meta.resolve('fauxqs'))
  const { SqsQueue } = (await import(source.href)) as { SqsQueue: { prototype: Queue } }
  const queue = SqsQueue.prototype as Queue & Record<symbol, boolean>
  if (queue[DONE]) return
  queue[DONE] = true
  const places = new WeakMap<Message, number>()
  let handedOut = 0
  const takeOne = queue.dequeueFifo
  queue.dequeueFifo = function (most, ...rest) {
    const taken: Received[] = []
    const out = new Map<string, number>()
    while (taken.length < Math.min(most, 10)) {
      const [one] = takeOne.call(this, 1, ...rest)
      if (!one) break
      taken.push(one)
      const { message } = this.inflightMessages.get(one.ReceiptHandle) ?? {}
      const group = message?.messageGroupId ?? ''
      if (message && !places.has(message)) places.set(message, ++handedOut)
      out.set(group, (out.get(group) ?? 0) + 1)
      this.fifoLockedGroups.delete(group)
    }
    for (const [group, count] of out) this.fifoLockedGroups.set(group, count)
    return taken
  }

  /** fauxqs puts each that comes back before all others, which turns the order of several round. */
  const inOrder = (it: Queue, comeBack: () => void) => {
    const out = it.inflightMessages.size
    comeBack()
    if (it.inflightMessages.size === out) return
    const placeOf = (message: Message) => places.get(message) ?? Number.MAX_SAFE_INTEGER
    for (const waiting of it.fifoMessages.values())
      waiting.sort((one, other) => placeOf(one) - placeOf(other))
  }
  const { changeVisibility, processTimers } = queue
  queue.changeVisibility = function (receiptHandle, seconds) {
    inOrder(this, () => changeVisibility.call(this, receiptHandle, seconds))
  }
  queue.processTimers = function () {
    inOrder(this, () => processTimers.call(this))
  }
}
