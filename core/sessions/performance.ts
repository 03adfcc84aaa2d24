/**
 * How a session does: how fast its messages get to WhatsApp, how much of the time that it should be connected it is, how
 * much goes through it and how much fails. From counters and the status history of the last week: two queries, however
 * much happened. What cannot be known yet is null.
 */
import * as z from 'zod'
import { iso } from '../platform/clock.ts'
import type { Store } from '../platform/dynamo.ts'
import type { Session, Status, StatusChange } from '../session.ts'
import * as Stats from '../stats.ts'
import { historyPage } from './find.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const WINDOW_DAYS = 7
/** Of a session that changes more often, the latest of the week alone count. */
const MOST_CHANGES = 500

export const Performance = z
  .object({
    averageResponseTime: z.string().nullable().meta({
      description: 'From a message’s acceptance, or its `sendAt`, until WhatsApp has it; mean of 7 days',
    }),
    uptime: z.string().nullable().meta({
      description: 'Share of the last 7 days, without those it was stopped, in which it was connected',
    }),
    messagesPerHour: z.number().meta({ description: 'Sent and received; mean of the last 24 hours' }),
    errorRate: z.string().nullable().meta({ description: 'Of what was to be sent in 7 days, what failed' }),
  })
  .meta({ id: 'Performance' })
export type Performance = z.infer<typeof Performance>

export async function performanceOf(store: Store, session: Session): Promise<Performance> {
  const now = store.now()
  const since = iso(now - (WINDOW_DAYS - 1) * DAY).slice(0, 10)
  const [days, history] = await Promise.all([
    Stats.days(store, session.id, since, iso(now).slice(0, 10)),
    historyPage(store, session.id, { limit: MOST_CHANGES }),
  ])
  const sum = (field: 'sent' | 'failed' | 'took' | 'tookMs') =>
    days.reduce((total, day) => total + day[field], 0)
  const tried = sum('sent') + sum('failed')
  const up = upShare(session, history.items, now)
  return {
    averageResponseTime: sum('took') > 0 ? seconds(sum('tookMs') / sum('took')) : null,
    // What is not whole is not called 100%.
    uptime: up === undefined ? null : percent(Math.floor(up * 1_000) / 1_000),
    messagesPerHour: rounded(lastDay(days, now) / 24),
    errorRate: tried > 0 ? percent(sum('failed') / tried) : null,
  }
}

/** Messages of the hour that runs, and of the 23 before it. */
function lastDay(days: Stats.Day[], now: number): number {
  const byDay = new Map(days.map(({ day, hours }) => [day, hours]))
  return Array.from({ length: 24 }, (_, ago) => iso(now - ago * HOUR)).reduce(
    (total, hour) => total + (byDay.get(hour.slice(0, 10))?.[Number(hour.slice(11, 13))] ?? 0),
    0,
  )
}

/**
 * @param changes newest first
 * @returns undefined when it was not to be connected at all
 */
export function upShare(
  session: Pick<Session, 'createdAt' | 'state'>,
  changes: StatusChange[],
  now: number,
): number | undefined {
  const start = Math.max(now - WINDOW_DAYS * DAY, Date.parse(session.createdAt))
  const length: Partial<Record<Status, number>> = {}
  let end = now
  const spent = (status: Status, from: number) => {
    length[status] = (length[status] ?? 0) + Math.max(0, end - Math.max(from, start))
    end = Math.min(end, Math.max(from, start))
  }
  for (const { status, at } of changes) spent(status, Date.parse(at))
  // What was before the first change that we know of: told by it, or, without any, what is.
  const oldest = changes.at(-1)
  const before = oldest ? oldest.was : session.state.status
  if (before) spent(before, start)
  // A code that waits for a person to scan it is no fault of the connection.
  const { connected = 0, connecting = 0, disconnected = 0 } = length
  const wanted = connected + connecting + disconnected
  return wanted > 0 ? connected / wanted : undefined
}

const seconds = (ms: number): string => `${rounded(ms / 1000)}s`
const percent = (share: number): string => `${rounded(share * 100)}%`
const rounded = (value: number): number => Math.round(value * 10) / 10
