/**
 * How long to wait before the next attempt: exponential with full jitter, so that many sessions that fell at the same
 * moment do not come back at the same moment (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */

/** Even the luckiest draw leaves the other side a moment. */
const FLOOR_MS = 100

/**
 * @param attempt 1 for the first pause
 * @param interval the session's `reconnectInterval`: the bound of the first pause, in ms
 * @param random between 0 and 1
 */
export function backOff(attempt: number, interval: number, cap: number, random: () => number): number {
  const bound = Math.min(Math.max(cap, interval), interval * 2 ** Math.min(attempt - 1, 30))
  return Math.max(FLOOR_MS, Math.round(random() * bound))
}
