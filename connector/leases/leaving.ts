/**
 * A connector's way out: each shard is handed on as soon as its sockets are closed, to those who stay at that moment. One
 * that does not close in time keeps none of the others waiting.
 */
import type { Clock } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Book } from './keeper.ts'
import { handOn } from './plan.ts'

export type Leaving = {
  me: string
  shards: number
  /** What it holds, with the epochs. */
  held: ReadonlyMap<number, number>
  book: Pick<Book, 'fleet' | 'handOver'>
  /** Resolves when the fleet has been told that it leaves. */
  announced: Promise<unknown>
  /** Resolves when the sockets of a shard are closed. */
  close(shard: number): Promise<void>
  now: Clock
  log: Log
}

/** Resolves when everything is closed. What could not be handed on lapses by itself. */
export async function leave({ me, shards, held, book, announced, close, now, log }: Leaving): Promise<void> {
  const at = now()
  const closed = new Map<number, number>()
  let handing: Promise<void> | undefined

  const handOnClosed = async () => {
    await announced
    const some = new Map(closed)
    closed.clear()
    try {
      const given = handOn({ me, shards, fleet: await book.fleet(now()), held: some })
      await Promise.all(given.map(({ lease, to }) => book.handOver(lease, to, { why: 'drain', at })))
    } catch (error) {
      log.warn(
        { err: error, shards: [...some.keys()] },
        'leases could not be handed on; they lapse by themselves',
      )
    } finally {
      handing = undefined
    }
  }
  const leaveOne = async (shard: number, epoch: number) => {
    await close(shard)
    closed.set(shard, epoch)
    while (closed.has(shard)) {
      handing ??= handOnClosed()
      await handing
    }
    await handing
  }
  await Promise.all([...held].map(([shard, epoch]) => leaveOne(shard, epoch)))
}
