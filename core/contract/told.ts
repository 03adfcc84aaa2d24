/** What readers are told of an event. */
import type { Event } from './event.ts'

/** The event as the log holds it and readers are told it: without what only the connector may open. */
export function told<E extends Event | Omit<Event, 'id'>>(event: E): E {
  if (!('message' in event.payload) || event.payload.message.sealed === undefined) return event
  const { sealed: _, ...message } = event.payload.message
  return { ...event, payload: { ...event.payload, message } }
}
