/**
 * What is counted about an account's conversations: by day (UTC), and by hour within it. The counters are written in
 * the transactions of what they count, so they are exact, and reading a range never looks at a conversation. Each
 * day is spread over a few items, because transactions that meet on one item wait for each other.
 */
import { createHash } from 'node:crypto'
import { ttl } from '../platform/clock.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import type { Conversation } from './conversation.ts'

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

/** Gathers what one transaction counts; each item appears once in its writes. */
export function tally(now: number) {
  const items = new Map<string, { key: Key; counts: Map<string, number> }>()
  return {
    /** @param at ISO 8601 in UTC: when it happened */
    count({ accountId, id }: Pick<Conversation, 'accountId' | 'id'>, at: string, counts: Counts): void {
      const key = { pk: statsPartition(accountId), sk: `${at.slice(0, 10)}#${spreadOf(id)}` }
      const name = `${key.pk} ${key.sk}`
      const item = items.get(name) ?? { key, counts: new Map<string, number>() }
      const add = (counter: string, by: number) =>
        item.counts.set(counter, (item.counts.get(counter) ?? 0) + by)
      for (const [counter, by] of Object.entries(counts)) {
        if (!by) continue
        add(counter, by)
        const hour = HOURLY.find((one) => one === counter)
        if (hour) add(hourly(hour, at.slice(11, 13)), by)
      }
      items.set(name, item)
    },
    writes: (): Write[] =>
      [...items.values()].flatMap(({ key, counts }) => {
        if (counts.size === 0) return []
        const update = updating().set('expiresAt', ttl(now, KEPT_SECONDS))
        for (const [name, by] of counts) update.add(name, by)
        return [{ table: 'main', update: key, set: update.build() }]
      }),
  }
}
export type Tally = ReturnType<typeof tally>

const spreadOf = (conversationId: string): number =>
  (createHash('sha256').update(conversationId).digest()[0] ?? 0) % SPREAD
