/**
 * What became of messages that went out by Twilio, as its status callbacks tell it: in any order, more than once, and
 * sometimes before we know the message. So each state has its time, written once, and the furthest one counts.
 */
import * as z from 'zod'
import { iso, ttl } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import type { Retention } from '../retention.ts'

const PROGRESS = ['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'read'] as const
const ENDS = ['undelivered', 'failed', 'canceled'] as const
export const DeliveryStatus = z.enum([...PROGRESS, ...ENDS])
export type DeliveryStatus = z.infer<typeof DeliveryStatus>

export type Delivery = {
  status: DeliveryStatus
  errorCode: string | undefined
  errorMessage: string | undefined
}

const Stored = z.looseObject({
  pk: z.string(),
  errorCode: z.string().optional(),
  errorMessage: z.string().optional(),
})

/** @param id Twilio's SID of a message, or our id where we told Twilio to name it in the callback's address */
const deliveryKey = (accountId: string, id: string): Key => ({
  pk: `DELIVERY#${accountId}#${id}`,
  sk: 'DELIVERY',
})
const timeAttribute = (status: DeliveryStatus): string => `${status}At`

/** Repeating it changes nothing. */
export async function note(
  desk: { store: Store; retention: Retention },
  { accountId, id }: { accountId: string; id: string },
  { status, errorCode, errorMessage }: { status: DeliveryStatus; errorCode?: string; errorMessage?: string },
): Promise<void> {
  const now = desk.store.now()
  const update = updating()
    .setOnce(timeAttribute(status), iso(now))
    .setOnce('expiresAt', ttl(now, desk.retention.messageSeconds))
  if (errorCode) update.set('errorCode', errorCode)
  if (errorMessage) update.set('errorMessage', errorMessage.slice(0, 500))
  await desk.store.update('main', deliveryKey(accountId, id), update.build())
}

/** By id; ids of which nothing was told are absent. At most 100. */
export async function deliveries(
  store: Store,
  accountId: string,
  ids: string[],
): Promise<Map<string, Delivery>> {
  if (ids.length === 0) return new Map()
  const items = await store.getMany(
    'main',
    ids.map((id) => deliveryKey(accountId, id)),
  )
  const found = new Map(items.map((item) => [item.pk, Stored.parse(item)]))
  return new Map(
    ids.flatMap((id) => {
      const stored = found.get(deliveryKey(accountId, id).pk)
      const status = stored && furthest((one) => stored[timeAttribute(one)] !== undefined)
      return status
        ? [[id, { status, errorCode: stored.errorCode, errorMessage: stored.errorMessage }] as const]
        : []
    }),
  )
}

/** A failure counts unless the message arrived after all. */
function furthest(has: (status: DeliveryStatus) => boolean): DeliveryStatus | undefined {
  const progress = PROGRESS.findLast(has)
  if (progress === 'delivered' || progress === 'read') return progress
  return ENDS.find(has) ?? progress
}
