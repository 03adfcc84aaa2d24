/** Messages that were accepted and that WhatsApp has not taken, counted in the ledger: costs a look at each of them. */
import { DUE, isTime, QUEUED, waitingIn } from './message.ts'
import type { Store } from './platform/dynamo.ts'

/** By session. Those whose time has not come do not count. */
export async function countWaiting(store: Store, shards: Iterable<number>): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const shard of shards)
    for (const prefix of [QUEUED, DUE])
      for await (const messages of waitingIn(store, shard, prefix))
        for (const message of messages)
          if (isTime(message, store.now()))
            counts.set(message.sessionId, (counts.get(message.sessionId) ?? 0) + 1)
  return counts
}
