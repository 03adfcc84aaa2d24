/** What the phone has handed over of the time before. */
import * as z from 'zod'
import { base } from './event-base.ts'

export const HISTORY_EVENTS = [
  /**
   * A part of the history stands in the read model. `initial`, `recent` and `full` come when the session is linked, in
   * any number of parts; `on_demand` was asked for.
   */
  z.object({
    ...base,
    type: z.literal('history.synced'),
    payload: z.object({
      kind: z.enum(['initial', 'recent', 'full', 'on_demand']),
      /** In this part. */
      chats: z.int(),
      messages: z.int(),
      /** Percent, as far as the phone says it. */
      progress: z.int().optional(),
      /** Of what was asked for: the answer of that call, and the chat. */
      requestId: z.string().optional(),
      chatId: z.string().optional(),
    }),
  }),
] as const
