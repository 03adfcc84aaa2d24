/**
 * How many messages a session has sent and received, in all and by day (UTC) and type. The counters are written in the
 * transaction of the event that they count, so they are exact; only their keys and their reading are here.
 */
import * as z from 'zod'
import { sessionPartition } from './partition.ts'
import type { Key, Store } from './platform/dynamo.ts'
import { pagesOf } from './platform/pages.ts'

export const TOTALS = 'STATS'
export const totalsKey = (sessionId: string): Key => ({ pk: sessionPartition(sessionId), sk: TOTALS })
export const dayKey = (sessionId: string, day: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${TOTALS}#${day}`,
})
/** The attribute of a day that counts the messages of the hour in which a time lies. */
export const hourOf = (time: string): string => `h${time.slice(11, 13)}`
/** Counters by type stand beside the others in the item of the totals, under this prefix. */
export const TYPE_PREFIX = 'type:'

const count = z.int().default(0)
const Totals = z.looseObject({
  sk: z.string(),
  sent: count,
  received: count,
  failed: count,
  lastActivity: z.iso.datetime().optional(),
})

export const Stats = z
  .object({
    total: z.int().meta({ description: 'Sent and received together' }),
    sent: z.int().meta({ description: 'Taken by WhatsApp, written here or on the phone' }),
    received: z.int(),
    failed: z.int(),
    byType: z.record(z.string(), z.int()),
    byDay: z.record(z.string(), z.object({ sent: z.int(), received: z.int() })),
  })
  .meta({ id: 'MessageStats' })
export type Stats = z.infer<typeof Stats>

/** What a list shows of it. `lastActivity` is the time of the newest message event. */
export type Summary = { sent: number; received: number; failed: number; lastActivity: string | undefined }

/** The totals of at most 100 sessions, by session id; one call. */
export async function summaries(store: Store, sessionIds: string[]): Promise<(sessionId: string) => Summary> {
  const items = await store.getMany('main', sessionIds.map(totalsKey))
  const found = new Map(items.map((item) => [item.pk, summaryOf(Totals.parse(item))]))
  return (sessionId) => found.get(sessionPartition(sessionId)) ?? NOTHING
}

export const summary = async (store: Store, sessionId: string): Promise<Summary> =>
  (await summaries(store, [sessionId]))(sessionId)

export async function read(store: Store, sessionId: string): Promise<Stats> {
  const stats: Stats = { total: 0, sent: 0, received: 0, failed: 0, byType: {}, byDay: {} }
  for await (const items of pagesOf(store, 'main', Totals, sessionPartition(sessionId), { prefix: TOTALS }))
    for (const item of items) addTo(stats, item)
  stats.total = stats.sent + stats.received
  return stats
}

/** The counters of one day (UTC). */
const Day = z
  .looseObject({ sk: z.string(), sent: count, received: count, failed: count, took: count, tookMs: count })
  .transform(({ sk, sent, received, failed, took, tookMs, ...rest }) => ({
    day: sk.slice(TOTALS.length + 1),
    sent,
    received,
    failed,
    /** Of so many it is known how long they took to WhatsApp, in ms all together. */
    took,
    tookMs,
    /** Sent and received, by hour. Those of earlier releases were counted by day alone. */
    hours: Array.from({ length: 24 }, (_, hour) => {
      const messages = rest[`h${String(hour).padStart(2, '0')}`]
      return typeof messages === 'number' ? messages : 0
    }),
  }))
export type Day = z.output<typeof Day>

/** Days that anything happened on, between two of them (`2026-01-31`, both counted), the oldest first; at most 100. */
export const days = async (store: Store, sessionId: string, from: string, to: string): Promise<Day[]> =>
  (
    await store.query('main', Day, sessionPartition(sessionId), {
      from: dayKey(sessionId, from).sk,
      to: dayKey(sessionId, to).sk,
      limit: 100,
    })
  ).items

function addTo(stats: Stats, item: z.infer<typeof Totals>): void {
  const { sk, sent, received, failed, ...rest } = item
  if (sk !== TOTALS) {
    stats.byDay[sk.slice(TOTALS.length + 1)] = { sent, received }
    return
  }
  Object.assign(stats, { sent, received, failed })
  for (const [name, value] of Object.entries(rest))
    if (name.startsWith(TYPE_PREFIX) && typeof value === 'number')
      stats.byType[name.slice(TYPE_PREFIX.length)] = value
}

const NOTHING: Summary = { sent: 0, received: 0, failed: 0, lastActivity: undefined }

const summaryOf = ({ sent, received, failed, lastActivity }: z.infer<typeof Totals>): Summary => ({
  sent,
  received,
  failed,
  lastActivity,
})
