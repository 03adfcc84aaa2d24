/** An event as callers see it, over HTTP, live, or in a webhook: what the log has, without what is ours alone. */
import * as z from 'zod'
import type { Event } from '../contract/event.ts'

export const EventView = z
  .object({
    id: z.string().meta({ description: 'Its place in the log: a ULID' }),
    type: z.string(),
    sessionId: z.string(),
    timestamp: z.iso.datetime(),
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
