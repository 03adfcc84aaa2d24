/**
 * How far the history that a phone has offered is taken over, as the owning connector last wrote it. It is part of the
 * state of a session from the first part on, until the session is unlinked.
 */
import * as z from 'zod'

export const HistoryState = z
  .object({
    status: z.enum(['syncing', 'waiting', 'complete', 'incomplete']).meta({
      description:
        '`syncing`: parts are being taken over. `waiting`: one could not be had and is tried again. `complete`: all that was offered is there. `incomplete`: all but what was given up, see `failedParts` and the event `history.failed`',
    }),
    progress: z.int().optional().meta({ description: 'Percent, as far as the phone has said it' }),
    parts: z.int().meta({ description: 'That are taken over' }),
    pendingParts: z.int(),
    failedParts: z.int(),
    messages: z.int().meta({ description: 'That were taken over' }),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Why it waits: `unavailable`, `gone`, `unreadable` as in `history.failed`' }),
    attempts: z.int().optional().meta({ description: 'That have failed, of the part that waits' }),
    nextAttemptAt: z.iso.datetime().optional(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'HistoryState' })
export type HistoryState = z.infer<typeof HistoryState>
