/** What can be chosen on the command line, as `name=value`: `npm run bench -- only=memory,latency kills=100`. */
import * as z from 'zod'

export type Arguments = z.output<ReturnType<typeof schemaOf>>

const whole = (fallback: number, most: number) => z.coerce.number().int().min(1).max(most).default(fallback)

const schemaOf = (rows: readonly string[]) =>
  z.strictObject({
    only: z
      .string()
      .transform((names) => names.split(','))
      .pipe(z.array(z.enum(rows as [string, ...string[]], `rows are: ${rows.join(', ')}`)))
      .optional(),
    kills: whole(20, 10_000),
    sessions: whole(500, 5_000),
    lines: whole(100, 1_000),
    most: whole(1_000, 5_000),
    events: whole(3_000, 100_000),
    /** Whether the figures replace those in docs/; without a word, when all rows ran. */
    keep: z.enum(['yes', 'no']).optional(),
    /** Measures nothing, and writes docs/ anew from what is kept. */
    docs: z.literal('anew').optional(),
    /** A file for the figures as JSON. */
    out: z.string().min(1).optional(),
  })

/** @throws Error with a sentence per wrong argument */
export function readArguments(argv: readonly string[], rows: readonly string[]): Arguments {
  const given = Object.fromEntries(argv.map((one) => [one.split('=', 1)[0], one.slice(one.indexOf('=') + 1)]))
  const read = schemaOf(rows).safeParse(given)
  if (read.success) return read.data
  throw new Error(
    read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('\n'),
  )
}
