/** What a session does as a whole, beside its status. */
import * as z from 'zod'
import { Restriction } from '../restriction.ts'
import { base } from './event-base.ts'

export const SESSION_EVENTS = [
  /** WhatsApp keeps the account from writing to people who do not know it; also when the end of that has changed. */
  z.object({ ...base, type: z.literal('session.restricted'), payload: Restriction }),
  /** It may write to everybody again. */
  z.object({
    ...base,
    type: z.literal('session.unrestricted'),
    payload: z.object({ since: z.iso.datetime().meta({ description: 'When the restriction began' }) }),
  }),
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
