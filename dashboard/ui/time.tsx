/** Times as people say them, in the reader's own language and zone; the exact one is a tooltip. */
import { useEffect, useState } from 'preact/hooks'

const SECOND = 1_000
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400 * SECOND],
  ['hour', 3_600 * SECOND],
  ['minute', 60 * SECOND],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/** Milliseconds since 1970, anew every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** Milliseconds until then; negative when it was before now. */
export const untilThen = (at: string): number => Date.parse(at) - Date.now()

/** The day so many days ago, in UTC, as `2026-01-31`. */
export const daysBefore = (days: number): string =>
  new Date(Date.now() - days * 86_400 * SECOND).toISOString().slice(0, 10)

export function ago(at: string, now: number): string {
  const past = Date.parse(at) - now
  const [unit, length] = UNITS.find(([, one]) => Math.abs(past) >= one) ?? []
  return unit && length
    ? relative.format(Math.trunc(past / length), unit)
    : past > 0
      ? 'in a moment'
      : 'just now'
}

export function Ago({ at }: { at: string }) {
  const now = useNow(15 * SECOND)
  return (
    <time dateTime={at} title={exact.format(new Date(at))}>
      {ago(at, now)}
    </time>
  )
}

export const When = ({ at }: { at: string }) => <time dateTime={at}>{exact.format(new Date(at))}</time>
export const Clock = ({ at }: { at: string }) => (
  <time dateTime={at} title={exact.format(new Date(at))}>
    {clock.format(new Date(at))}
  </time>
)
export const dayOf = (at: string): string => day.format(new Date(at))

/** `1 h 20 min`, `45 s`. */
export function lasting(milliseconds: number): string {
  const seconds = Math.round(milliseconds / SECOND)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`
}
