/**
 * Whether what went through a session in an hour is far from its usual: compared with the same hour of the seven days
 * before, and said once. Small numbers say nothing, and neither does a session that is younger than three days.
 */
import type { Domain } from '../domain.ts'
import { commit } from '../log.ts'
import { iso } from '../platform/clock.ts'
import { updating } from '../platform/expression.ts'
import type { Session } from '../session.ts'
import * as Stats from '../stats.ts'

const DAY = 86_400_000
const DAYS = 7
const ENOUGH_DAYS = 3
/** From so many messages on an hour is much, when it is so many times the usual. */
const MUCH = { messages: 50, times: 4 }
/** An hour that usually has so many is quiet, with that share of them. */
const QUIET = { usual: 20, share: 1 / 5 }

export type Volume = { messages: number; usual: number; direction: 'above' | 'below' }

/**
 * @param at the hour, as its beginning in ms
 * @param born when the session was created, in ms
 * @returns undefined when there is nothing to say
 */
export function unusual(days: Stats.Day[], at: number, born: number): Volume | undefined {
  const hour = new Date(at).getUTCHours()
  const byDay = new Map(days.map((day) => [day.day, day]))
  const dayAt = (time: number) => byDay.get(iso(time).slice(0, 10))
  const before = Array.from({ length: DAYS }, (_, ago) => at - (ago + 1) * DAY).filter(
    (time) => time >= born && isCounted(dayAt(time)),
  )
  if (before.length < ENOUGH_DAYS) return
  const messages = dayAt(at)?.hours[hour] ?? 0
  const usual = mean(before.map((time) => dayAt(time)?.hours[hour] ?? 0))
  const anyHour = mean(before.flatMap((time) => dayAt(time)?.hours ?? new Array(24).fill(0)))
  const said = { messages, usual: Math.round(usual * 10) / 10 }
  if (messages >= MUCH.messages && messages >= MUCH.times * Math.max(usual, anyHour))
    return { ...said, direction: 'above' }
  if (usual >= QUIET.usual && messages <= usual * QUIET.share) return { ...said, direction: 'below' }
  return
}

/** Earlier releases have counted days without their hours. */
const isCounted = (day: Stats.Day | undefined): boolean =>
  day === undefined || day.sent + day.received === 0 || day.hours.some((messages) => messages > 0)

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Looks at one hour of a session, given as its beginning in ms, and tells of it. True when there was something to tell. */
export async function watchVolume(
  { store, retention, newEventId }: Pick<Domain, 'store' | 'retention' | 'newEventId'>,
  session: Session,
  at: number,
): Promise<boolean> {
  const dayOf = (time: number) => iso(time).slice(0, 10)
  const days = await Stats.days(store, session.id, dayOf(at - DAYS * DAY), dayOf(at))
  const volume = unusual(days, at, Date.parse(session.createdAt))
  if (!volume) return false
  const hour = iso(at)
  const once = updating().set('toldOf', hour)
  const told = once.name('toldOf')
  once.where(`attribute_not_exists(${told}) OR ${told} < ${once.value(hour)}`)
  const refused = await commit(
    store,
    retention,
    [
      {
        id: newEventId(),
        sessionId: session.id,
        accountId: session.accountId,
        timestamp: iso(store.now()),
        type: 'session.volume',
        payload: { hour, ...volume },
      },
    ],
    [{ table: 'main', update: Stats.dayKey(session.id, dayOf(at)), set: once.build() }],
  )
  return refused.length === 0
}
