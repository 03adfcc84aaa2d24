/** What every event has, whatever it tells. */
import * as z from 'zod'

/** For conversations at Twilio `sessionId` names the account's log of them, `twilio:<account>`. */
export const base = {
  id: z.string(),
  sessionId: z.string(),
  accountId: z.string(),
  timestamp: z.iso.datetime(),
  /** Its session keeps what is said sealed: see core/platform/concealed.ts. */
  encrypted: z.literal(true).optional(),
}
