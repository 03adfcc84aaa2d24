/** Reading the event log; apart from writing to it, which needs no schema of all that can happen. */
import { Event } from './contract/event.ts'
import { sessionPartition } from './partition.ts'
import type { Store } from './platform/dynamo.ts'

/** A page of a session's log, oldest first, of what comes after the event with the given id. */
export const read = (
  store: Store,
  sessionId: string,
  page: { after?: string | undefined; limit: number },
): Promise<{ items: Event[]; cursor: string | undefined }> =>
  store.query('events', Event, sessionPartition(sessionId), {
    limit: page.limit,
    ...(page.after ? { after: page.after } : {}),
  })

/** The same from its end, newest first, of what comes before the event with the given id. */
export const readBack = (
  store: Store,
  sessionId: string,
  page: { before?: string | undefined; limit: number },
): Promise<{ items: Event[]; cursor: string | undefined }> =>
  store.query('events', Event, sessionPartition(sessionId), {
    limit: page.limit,
    newestFirst: true,
    ...(page.before ? { before: page.before } : {}),
  })
