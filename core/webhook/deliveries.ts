/**
 * What became of each event at each endpoint: one item, kept as long as the event. What was posted is not in it; it is
 * made from the event again when somebody asks. Those that wait or have failed stand in an index of their own.
 */
import * as z from 'zod'
import { hidden } from '../hidden.ts'
import { ttl } from '../platform/clock.ts'
import type { Item, Key, Page, Store } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import { Attempt } from './work.ts'

export const DeliveryStatus = z.enum(['delivered', 'waiting', 'failed'])
export type DeliveryStatus = z.infer<typeof DeliveryStatus>

export const Delivery = z.object({
  endpointId: z.string(),
  eventId: z.string(),
  type: z.string(),
  /** The log in which the event stands. */
  stream: z.string(),
  status: DeliveryStatus,
  /** How many were made; the latest are listed. */
  count: z.int(),
  attempts: z.array(Attempt),
  /** ms */
  nextAt: z.number().optional(),
  requestId: z.string(),
  url: z.string(),
  /** The beginning of the latest answer. */
  answer: z.string().optional(),
  /** The account under whose key the answer is sealed, because it may repeat what was posted. */
  sealedFor: z.string().optional(),
})
export type Delivery = z.infer<typeof Delivery>

/** So many attempts are kept of each. */
export const ATTEMPTS_KEPT = 12

export const deliveryPartition = (endpointId: string): string => `DELIVERY#${endpointId}`
export const deliveryKey = (endpointId: string, eventId: string): Key => ({
  pk: deliveryPartition(endpointId),
  sk: eventId,
})
const listing = (endpointId: string, status: DeliveryStatus): string => `DELIVERIES#${endpointId}#${status}`

export const deliveryItem = (delivery: Delivery, now: number, keptSeconds: number): Item => ({
  ...deliveryKey(delivery.endpointId, delivery.eventId),
  ...delivery,
  ...(delivery.sealedFor
    ? { answer: hidden({ accountId: delivery.sealedFor, encrypted: true }, delivery.answer) }
    : {}),
  ...(delivery.status === 'delivered'
    ? {}
    : { listPk: listing(delivery.endpointId, delivery.status), listSk: delivery.eventId }),
  expiresAt: ttl(now, keptSeconds),
})

export const find = (store: Store, endpointId: string, eventId: string): Promise<Delivery | undefined> =>
  store.get('main', Delivery, deliveryKey(endpointId, eventId))

export type DeliveryQuery = {
  status?: DeliveryStatus | undefined
  limit: number
  cursor?: string | undefined
}

/** Newest first, by the place of the event in its log. A page of delivered ones may be shorter than its limit. */
export async function list(
  store: Store,
  endpointId: string,
  { status, limit, cursor }: DeliveryQuery,
): Promise<Page<Delivery>> {
  if (status === 'waiting' || status === 'failed')
    return store.query('main', Delivery, listing(endpointId, status), {
      index: 'listing',
      newestFirst: true,
      limit,
      cursor,
    })
  const page = await store.query('main', Delivery, deliveryPartition(endpointId), {
    newestFirst: true,
    limit,
    cursor,
  })
  return status ? { ...page, items: page.items.filter((one) => one.status === status) } : page
}

/** The ids of failed ones, the oldest first, behind a place. */
export async function failedAfter(
  store: Store,
  endpointId: string,
  { after, until, limit }: { after: string; until: string; limit: number },
): Promise<{ items: Delivery[]; isLast: boolean }> {
  const { items, cursor } = await store.query('main', Delivery, listing(endpointId, 'failed'), {
    index: 'listing',
    after,
    limit,
  })
  const due = items.filter(({ eventId }) => eventId <= until)
  return { items: due, isLast: !cursor || due.length < items.length }
}

const Place = z.object({ sk: z.string() })

/** Which events of a range of places were delivered or set aside. */
export async function takenBetween(
  store: Store,
  endpointId: string,
  from: string,
  to: string,
): Promise<Set<string>> {
  const taken = new Set<string>()
  for await (const items of pagesOf(store, 'main', Place, deliveryPartition(endpointId), { from, to }))
    for (const { sk } of items) taken.add(sk)
  return taken
}
