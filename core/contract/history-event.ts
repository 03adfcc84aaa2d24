/** What the phone has handed over of the time before. */
import * as z from 'zod'
import { base, who } from './event-base.ts'

const kind = z.enum(['initial', 'recent', 'full', 'on_demand'])

export const HISTORY_EVENTS = [
  /**
   * A part of the history stands in the read model. `initial`, `recent` and `full` come when the session is linked, in
   * any number of parts; `on_demand` was asked for.
   */
  z.object({
    ...base,
    type: z.literal('history.synced'),
    payload: z.object({
      kind,
      /** In this part. */
      chats: z.int(),
      messages: z.int(),
      /** Percent, as far as the phone says it. */
      progress: z.int().optional(),
      /** Of what was asked for: the answer of that call, and the chat. */
      requestId: z.string().optional(),
      chatId: z.string().optional(),
      ...who,
    }),
  }),
  /** A part that the phone has offered could not be had, and is not tried any more. */
  z.object({
    ...base,
    type: z.literal('history.failed'),
    payload: z.object({
      kind,
      /**
       * `unavailable`: WhatsApp's media server did not give it; `gone`: it has dropped it; `unreadable`: it is not what the
       * phone announced.
       */
      reason: z.enum(['unavailable', 'gone', 'unreadable']),
      attempts: z.int(),
      progress: z.int().optional(),
      requestId: z.string().optional(),
    }),
  }),
] as const
