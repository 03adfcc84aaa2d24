/** Several pieces of news of one log are one. */
import type { Stream } from './job.ts'

/** One stream once, with all of its types. */
export function merged(streams: Stream[]): Stream[] {
  const byName = new Map<string, Stream>()
  for (const { accountId, stream, types } of streams) {
    const known = byName.get(`${accountId} ${stream}`)?.types ?? []
    byName.set(`${accountId} ${stream}`, { accountId, stream, types: [...new Set([...known, ...types])] })
  }
  return [...byName.values()]
}
