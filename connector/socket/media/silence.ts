/**
 * Ends a download of which nothing comes any more: a media server that has gone silent would keep its place among those
 * that are fetched, and others waiting, for as long as a slow one may take.
 */
import { Unanswered } from '../errors.ts'

export type Silence = {
  /** Aborts what is under way. */
  signal: AbortSignal
  /** The content, watched. @throws Unanswered when there was nothing of it for too long */
  watched(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Nothing is to come. */
  over(): void
}

/** @param limitMs counts from here to the first byte, and from each to the next */
export function silence(limitMs: number): Silence {
  const end = new AbortController()
  const late = () => end.abort(new Unanswered('The media server has gone silent.'))
  const timer = setTimeout(late, limitMs).unref()
  const over = () => clearTimeout(timer)
  return {
    signal: end.signal,
    over,
    async *watched(content) {
      try {
        for await (const chunk of content) {
          timer.refresh()
          yield chunk
        }
      } finally {
        over()
      }
    },
  }
}
