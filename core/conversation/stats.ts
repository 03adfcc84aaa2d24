/**
 * What is counted about an account's conversations: by day (UTC), and by hour within it. The counters are written in
 * the transactions of what they count, so they are exact, and reading a range never looks at a conversation. Each
 * day is spread over a few items, because transactions that meet on one item wait for each other.
 */
import { createHash } from 'node:crypto'
import { ttl } from '../platform/clock.ts'
import type { Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'

export const COUNTERS = [
  'started',
  'completed',
  'expired',
  'durationMs',
  'inbound',
  'outbound',
  'system',
  'replies',
  'replyMs',
  'firstReplies',
  'firstReplyMs',
  'agentReplies',
  'agentReplyMs',
  'firstAgentReplies',
  'firstAgentReplyMs',
  'orders',
  'ordersCompleted',
  'extractionFailures',
] as const
export type Counter = (typeof COUNTERS)[number]
export type Counts = Partial<Record<Counter, number>>

/** Counters that are also kept by hour of the day. */
export const HOURLY = ['started', 'inbound', 'outbound'] as const satisfies Counter[]
type Hourly = (typeof HOURLY)[number]

const SPREAD = 8
const KEPT_SECONDS = 3 * 366 * 24 * 60 * 60

export const statsPartition = (accountId: string): string => `CONVERSATION-STATS#${accountId}`
export const hourly = (counter: Hourly, hour: string): string => `${counter}:${hour}`

/** Gathers what one transaction counts; each day item appears once in its writes. */
export function tally(accountId: string, now: number) {
  const items = new Map<string, Map<string, number>>()
  return {
    /** @param at ISO 8601 in UTC: when it happened */
    count(conversationId: string, at: string, counts: Counts): void {
      const sk = `${at.slice(0, 10)}#${spreadOf(conversationId)}`
      const item = items.get(sk) ?? new Map<string, number>()
      for (const [name, by] of Object.entries(counts)) {
        if (!by) continue
        item.set(name, (item.get(name) ?? 0) + by)
        const hour = HOURLY.find((counter) => counter === name)
        if (hour)
          item.set(hourly(hour, at.slice(11, 13)), (item.get(hourly(hour, at.slice(11, 13))) ?? 0) + by)
      }
      items.set(sk, item)
    },
    writes: (): Write[] =>
      [...items].flatMap(([sk, counts]) => {
        if (counts.size === 0) return []
        const update = updating().set('expiresAt', ttl(now, KEPT_SECONDS))
        for (const [name, by] of counts) update.add(name, by)
        return [{ table: 'main', update: { pk: statsPartition(accountId), sk }, set: update.build() }]
      }),
  }
}
export type Tally = ReturnType<typeof tally>

const spreadOf = (conversationId: string): number =>
  (createHash('sha256').update(conversationId).digest()[0] ?? 0) % SPREAD
