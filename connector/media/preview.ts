/**
 * What links show, for messages that are about to be sent. The same link for a thousand people is fetched once in a while; a
 * message waits for it for seconds at most, in the line of its chat, and goes without when it is not to be had.
 */
import { LRUCache } from 'lru-cache'
import PQueue from 'p-queue'
import type { Reach } from '#core/platform/addresses.ts'
import { fetchPreview, type Preview } from '#core/preview/fetch.ts'
import { thumbnailOf } from '../socket/index.ts'
import { within } from '../within.ts'

/** Undefined when there is nothing to show. Never fails. */
export type Previews = (url: string) => Promise<Preview | undefined>

const PARALLEL = 8
const PATIENCE_MS = 5_000
/** Of what could not be had it is asked again sooner. */
const [REMEMBERED, FOR_MS, IN_VAIN_MS] = [200, 10 * 60_000, 30_000]

export function openPreviews(reach: Reach): Previews {
  const known = new LRUCache<string, Promise<Preview | undefined>>({ max: REMEMBERED })
  const queue = new PQueue({ concurrency: PARALLEL })
  return (url) => {
    const before = known.get(url)
    if (before) return soon(before)
    const fetched = queue.add(() => fetchPreview(url, { reach, thumbnailOf }))
    known.set(url, fetched, { ttl: FOR_MS })
    void fetched.then((preview) => {
      if (!preview) known.set(url, fetched, { ttl: IN_VAIN_MS })
    })
    return soon(fetched)
  }
}

/** Many links at once wait for each other, and no message waits for that. */
const soon = <T>(work: Promise<T>): Promise<T | undefined> =>
  within(PATIENCE_MS, work, 'what a link shows').catch(() => undefined)
