/** What every event has, whatever it tells. */
import * as z from 'zod'
import { Person } from './person.ts'

/** For conversations at Twilio `sessionId` names the account's log of them, `twilio:<account>`. */
export const base = {
  id: z.string(),
  sessionId: z.string(),
  accountId: z.string(),
  timestamp: z.iso.datetime(),
  /** Its session keeps what is said sealed: see core/platform/concealed.ts. */
  encrypted: z.literal(true).optional(),
}

/** Of whom an event tells that names a person by an address alone, or a chat with one person; see contacts/identified.ts. */
export const who = { person: Person.optional() }
