/** Labels of a business account, and what they are put on. */
import * as z from 'zod'
import { base, who } from './event-base.ts'

export const LabelFacts = z.object({
  id: z.string(),
  name: z.string(),
  /** WhatsApp has 20 colours, 0 to 19. */
  color: z.int(),
})
export type LabelFacts = z.infer<typeof LabelFacts>

/** With a `messageId` it is about a message of the chat. */
const Labelled = z.object({
  labelId: z.string(),
  chatId: z.string(),
  messageId: z.string().optional(),
  ...who,
})
export type Labelled = z.infer<typeof Labelled>

export const LABEL_EVENTS = [
  /** It is new, or has another name or colour. */
  z.object({ ...base, type: z.literal('label.updated'), payload: z.object({ label: LabelFacts }) }),
  z.object({ ...base, type: z.literal('label.deleted'), payload: z.object({ labelId: z.string() }) }),
  z.object({ ...base, type: z.literal('label.added'), payload: Labelled }),
  z.object({ ...base, type: z.literal('label.removed'), payload: Labelled }),
] as const
