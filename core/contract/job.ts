/**
 * Notes to the consumers: which message waits to be read by the model, and which events conversations are to be fed
 * with. `v` changes only when an old reader could misread a new note.
 */
import * as z from 'zod'
import { Event } from './event.ts'

/** A message that was stored and is not understood yet, by the key of its record of seen ones. */
export const OrderJob = z.object({ v: z.literal(1), seen: z.object({ pk: z.string(), sk: z.string() }) })
export type OrderJob = z.infer<typeof OrderJob>

/** Events of the log, of any sessions, told to whoever feeds on them. */
export const EventJob = z.object({ v: z.literal(1), events: z.array(Event) })
export type EventJob = z.infer<typeof EventJob>

/**
 * Something was stored in the log of a session, or happened without being stored (`volatile`): who listens live is to
 * hear of it. Jobs of a session are done one after the other.
 */
export const LiveJob = z.object({
  v: z.literal(1),
  sessionId: z.string(),
  accountId: z.string(),
  volatile: z.array(Event).default([]),
})
export type LiveJob = z.infer<typeof LiveJob>
