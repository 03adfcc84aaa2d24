/** A person as far as a session knows one, and what is told when that changes. */
import * as z from 'zod'
import { base } from './event-base.ts'

export const ContactFacts = z.object({
  /** The canonical jid: by the phone number where it is known, else by the LID. */
  id: z.string(),
  phoneNumber: z.string().optional(),
  lid: z.string().optional(),
  username: z.string().optional(),
  /** As it stands in the phone's address book. */
  savedName: z.string().optional(),
  /** As the person calls themselves. */
  pushName: z.string().optional(),
  /** Of a business, as WhatsApp has checked it. */
  verifiedName: z.string().optional(),
  about: z.string().optional(),
})
export type ContactFacts = z.infer<typeof ContactFacts>

export const CONTACT_EVENTS = [
  /** Somebody is known now, or known better; or was saved, renamed or removed in the address book. */
  z.object({
    ...base,
    type: z.literal('contact.updated'),
    payload: z.object({
      contact: ContactFacts,
      /** The same person was known under this id until now. */
      formerId: z.string().optional(),
    }),
  }),
] as const
