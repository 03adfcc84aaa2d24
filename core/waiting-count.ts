/** Messages that were accepted and that WhatsApp has not taken, counted in the ledger: costs a look at each of them. */
import { DUE, isTime, Message, QUEUED, waitingPartition } from './message.ts'
import type { Store } from './platform/dynamo.ts'

/** By session. Those whose time has not come do not count. */
export async function countWaiting(store: Store, shards: Iterable<number>): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const shard of shards)
    for (const prefix of [QUEUED, DUE]) {
      let cursor: string | undefined
      do {
        const options = { index: 'waiting', prefix, cursor }
        const page = await store.query('messages', Message, waitingPartition(shard), options)
        for (const message of page.items)
          if (isTime(message, store.now()))
            counts.set(message.sessionId, (counts.get(message.sessionId) ?? 0) + 1)
        cursor = page.cursor
      } while (cursor)
    }
  return counts
}
