/** The header that makes a repeated request the same message. */
import * as z from 'zod'

export const idempotencyHeader = {
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'Any text, new for each message' }),
}
