/**
 * How often a part of the history is tried. A media server that is away comes back within hours; what it has dropped, or
 * what is not what the phone announced, does not get better, and is tried a few times only.
 */
import { BrokenHistory } from '../convert/index.ts'
import { type HistoryFailure, Refused, Tampered } from '../socket/index.ts'
import { backOff } from './backoff.ts'

const MOST: Record<HistoryFailure, number> = { unavailable: 40, gone: 4, unreadable: 4 }
/** WhatsApp keeps files for about so long. */
const OLDEST_MS = 14 * 86_400_000
const [FIRST_MS, LONGEST_MS] = [1_000, 1_800_000]
const GONE = new Set([403, 404, 410])

export function failureOf(error: unknown): HistoryFailure {
  if (error instanceof Refused && GONE.has(error.code ?? 0)) return 'gone'
  return isUnreadable(error) ? 'unreadable' : 'unavailable'
}

/** @param age of the part, in ms */
export const isOver = ({
  attempts,
  failed,
  age,
}: {
  attempts: number
  failed: HistoryFailure
  age: number
}): boolean => attempts >= MOST[failed] || age > OLDEST_MS

/** In ms, after so many attempts that failed before. At least half of it is no matter of chance. */
export const pauseAfter = (before: number, random: () => number): number =>
  backOff(before + 1, FIRST_MS, LONGEST_MS, () => 0.5 + random() / 2)

const isUnreadable = (error: unknown): boolean =>
  error instanceof BrokenHistory ||
  error instanceof Tampered ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
