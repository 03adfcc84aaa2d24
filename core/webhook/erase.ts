/** Erases an endpoint with all that it had to do and all that it did, the endpoint itself last. */
import * as z from 'zod'
import type { Key, Store } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import { deliveryPartition } from './deliveries.ts'
import { type Endpoint, endpointKey, WEBHOOK_PREFIX } from './endpoint.ts'
import { workPartition } from './work.ts'

const Row = z.object({ pk: z.string(), sk: z.string() })

/** Repeating it is safe. */
export async function erase(
  store: Store,
  endpoint: Pick<Endpoint, 'accountId' | 'sessionId' | 'id'>,
): Promise<void> {
  // First of all it must not be told any more.
  await store.remove('main', endpointKey(endpoint))
  await eraseTraces(store, endpoint.id)
}

async function eraseTraces(store: Store, endpointId: string): Promise<void> {
  for (const partition of [workPartition(endpointId), deliveryPartition(endpointId)])
    for await (const rows of pagesOf(store, 'main', Row, partition, { limit: 500 }))
      await store.removeMany('main', rows)
}

/** Those of a session that is being erased: found by the keys of its items. */
export const eraseTracesOf = async (store: Store, keys: Key[]): Promise<void> => {
  for (const { sk } of keys)
    if (sk.startsWith(WEBHOOK_PREFIX)) await eraseTraces(store, sk.slice(WEBHOOK_PREFIX.length))
}
