/**
 * The time of a message. WhatsApp counts in whole seconds, chats are sorted finer than that: a message that arrives at
 * once takes the moment of its arrival, and messages of one second keep the order in which they came.
 */
import { decodeTime } from 'ulid'
import { iso } from '#core/platform/clock.ts'

/** What arrives within this time of being sent was not kept waiting by the server. */
const PROMPT_MS = 5_000

/** When a row was made, in ms since 1970: its id is a ULID. */
export const madeAt = (rowId: string): number => decodeTime(rowId)

/** The stanza's own time, or the finer one of its arrival when it arrived at once. */
export function happenedAt(seconds: string | undefined, rowId: string): number {
  const arrived = madeAt(rowId)
  const said = Number(seconds) * 1_000
  if (!Number.isFinite(said) || said <= 0) return arrived
  return Math.abs(arrived - said) < PROMPT_MS ? arrived : said
}

export type Timestamps = (seconds: string | undefined, rowId: string) => string

/** For one session: times of messages, in the order of their calls, never twice the same within a second. */
export function timestamps(): Timestamps {
  let last = 0
  return (seconds, rowId) => {
    const at = happenedAt(seconds, rowId)
    const sameSecond = Math.floor(at / 1_000) === Math.floor(last / 1_000)
    const next = sameSecond && at <= last && (last + 1) % 1_000 !== 0 ? last + 1 : at
    last = next
    return iso(next)
  }
}
