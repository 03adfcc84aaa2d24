/** An event as callers see it, over HTTP, live, or in a webhook: what the log has, without what is ours alone. */
import * as z from 'zod'
import type { Event } from '../contract/event.ts'
import type { Session } from '../session.ts'

export const EventView = z
  .object({
    id: z.string().meta({ description: 'Its place in the log: a ULID' }),
    type: z.string(),
    sessionId: z.string(),
    timestamp: z.iso.datetime(),
    metadata: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'The setting `metadata` of the session, as it is now' }),
    payload: z.looseObject({}),
  })
  .meta({ id: 'Event' })
export type EventView = z.infer<typeof EventView>

export const eventViewOf = ({ id, type, sessionId, timestamp, payload }: Event): EventView => ({
  id,
  type,
  sessionId,
  timestamp,
  payload: { ...payload },
})

/** With what the owner of the session has noted about it. */
export function viewsFor(session: Pick<Session, 'settings'> | undefined): (event: Event) => EventView {
  const metadata = session?.settings.metadata
  return (event) => ({ ...eventViewOf(event), ...(metadata ? { metadata } : {}) })
}
