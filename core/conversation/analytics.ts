/**
 * What an account's conversations come to over a range of days (UTC), from the counters of stats.ts: the work of
 * reading grows with the days, not with the conversations.
 */
import * as z from 'zod'
import type { Store } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import { COUNTERS, type Counter, HOURLY, hourly, statsPartition } from './stats.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

const count = z.int()
const averaged = z.object({ count, averageMs: z.int().nullable() })
const replyTimes = averaged.extend({ first: averaged })

export const Analytics = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    conversations: z.object({ started: count, completed: count, expired: count }),
    durations: averaged.meta({
      description: 'Of those that ended; an expired one ended with its last message',
    }),
    messages: z.object({ total: count, inbound: count, outbound: count, system: count }),
    replies: replyTimes.meta({
      description: 'From the first unanswered message of the person to the next of ours',
    }),
    agentReplies: replyTimes.meta({ description: 'The same, templates left aside' }),
    orders: z.object({
      started: count.meta({ description: 'Conversations in which an order was understood' }),
      completed: count.meta({ description: 'Those of them that were completed' }),
      completionRate: z.number().nullable(),
      extractionFailures: count.meta({ description: 'How often the model failed and the rules stepped in' }),
    }),
    byDay: z.array(
      z.object({
        date: z.iso.date(),
        started: count,
        completed: count,
        expired: count,
        inbound: count,
        outbound: count,
        orders: count,
        ordersCompleted: count,
      }),
    ),
    byHour: z
      .array(z.object({ hour: z.int(), started: count, inbound: count, outbound: count }))
      .meta({ description: 'By hour of the day, UTC' }),
  })
  .meta({ id: 'ConversationAnalytics' })
export type Analytics = z.infer<typeof Analytics>

const Row = z.looseObject({ sk: z.string() })
type Sums = Map<string, number>

/** @param range days, both included, as `2026-01-31` */
export async function analyse(
  store: Store,
  accountId: string,
  range: { from: string; to: string },
): Promise<Analytics> {
  const days = new Map<string, Sums>(daysOf(range).map((date) => [date, new Map()]))
  const all: Sums = new Map()
  const places = { from: range.from, to: `${range.to}~` }
  for await (const items of pagesOf(store, 'main', Row, statsPartition(accountId), places))
    for (const { sk, ...counters } of items)
      for (const sums of [all, days.get(sk.slice(0, 10))]) if (sums) addTo(sums, counters)
  return shown(range, all, days)
}

/** Days of a range, both ends included. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const first = Date.parse(from)
  const days = Math.round((Date.parse(to) - first) / DAY_MS) + 1
  return Array.from({ length: Math.max(0, days) }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10),
  )
}

const KNOWN = new Set<string>([
  ...COUNTERS,
  ...HOURS.flatMap((hour) => HOURLY.map((counter) => hourly(counter, twoDigits(hour)))),
])

function addTo(sums: Sums, counters: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(counters))
    if (KNOWN.has(name) && typeof value === 'number') sums.set(name, (sums.get(name) ?? 0) + value)
}

function shown(range: { from: string; to: string }, all: Sums, days: Map<string, Sums>): Analytics {
  const of = (sums: Sums) => (counter: Counter) => sums.get(counter) ?? 0
  const total = of(all)
  const ended = total('completed') + total('expired')
  const started = total('orders')
  return {
    ...range,
    conversations: { started: total('started'), completed: total('completed'), expired: total('expired') },
    durations: average(ended, total('durationMs')),
    messages: {
      total: total('inbound') + total('outbound') + total('system'),
      inbound: total('inbound'),
      outbound: total('outbound'),
      system: total('system'),
    },
    replies: {
      ...average(total('replies'), total('replyMs')),
      first: average(total('firstReplies'), total('firstReplyMs')),
    },
    agentReplies: {
      ...average(total('agentReplies'), total('agentReplyMs')),
      first: average(total('firstAgentReplies'), total('firstAgentReplyMs')),
    },
    orders: {
      started,
      completed: total('ordersCompleted'),
      completionRate: started > 0 ? total('ordersCompleted') / started : null,
      extractionFailures: total('extractionFailures'),
    },
    byDay: [...days].map(([date, sums]) => {
      const day = of(sums)
      return {
        date,
        started: day('started'),
        completed: day('completed'),
        expired: day('expired'),
        inbound: day('inbound'),
        outbound: day('outbound'),
        orders: day('orders'),
        ordersCompleted: day('ordersCompleted'),
      }
    }),
    byHour: HOURS.map((hour) => {
      const at = (counter: (typeof HOURLY)[number]) => all.get(hourly(counter, twoDigits(hour))) ?? 0
      return { hour, started: at('started'), inbound: at('inbound'), outbound: at('outbound') }
    }),
  }
}

const average = (count: number, sumMs: number) => ({
  count,
  averageMs: count > 0 ? Math.round(sumMs / count) : null,
})

function twoDigits(hour: number): string {
  return `${hour}`.padStart(2, '0')
}
