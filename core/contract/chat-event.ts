/** What is told of chats: what our devices agree on about one, whoever changed it, the API or the phone. */
import * as z from 'zod'
import { base, who } from './event-base.ts'

export const ChatChanges = z.object({
  archived: z.boolean().optional(),
  pinned: z.boolean().optional(),
  /** Null: not muted. */
  mutedUntil: z.iso.datetime().nullable().optional(),
  unread: z.boolean().optional(),
  /** After so many seconds what is said from then on disappears; 0: it stays. */
  disappearingSeconds: z.int().optional(),
})
export type ChatChanges = z.infer<typeof ChatChanges>

const chat = z.object({ chatId: z.string(), ...who })
/** What was said after `upTo` stays: it was not there yet when this was done. */
const emptied = chat.extend({ upTo: z.iso.datetime().optional() })

export const CHAT_EVENTS = [
  z.object({
    ...base,
    type: z.literal('chat.updated'),
    payload: chat.extend({ changes: ChatChanges }),
  }),
  /** Its messages were taken out of it. */
  z.object({ ...base, type: z.literal('chat.cleared'), payload: emptied }),
  z.object({ ...base, type: z.literal('chat.deleted'), payload: emptied }),
] as const
