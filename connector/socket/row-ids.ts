/** Journal row ids: ULIDs that rise over restarts, changes of owner and clocks that step back. */
import { decodeTime } from 'ulid'
import { risingIds } from '#core/platform/id.ts'

/** @param mark the highest id that was ever given out for this device; empty for a new one */
export function rowIds(mark: string, now: () => number): () => string {
  const next = risingIds()
  const floor = mark ? decodeTime(mark) + 1 : 0
  return () => next(Math.max(now(), floor))
}
