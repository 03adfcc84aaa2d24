/** What a session does as a whole, beside its status. */
import * as z from 'zod'
import { base } from './event-base.ts'

export const SESSION_EVENTS = [
  /** More messages in an hour, or fewer, than the session usually has at that time of day. */
  z.object({
    ...base,
    type: z.literal('session.volume'),
    payload: z.object({
      /** When the hour began. */
      hour: z.iso.datetime(),
      /** Sent and received together. */
      messages: z.int(),
      /** The mean of that hour of day over the week before. */
      usual: z.number(),
      direction: z.enum(['above', 'below']),
    }),
  }),
] as const
