/** Small words for describing routes: what a call answers, what it may fail with, who may call it. */
import * as z from 'zod'
import { type FaultCode, STATUS } from '#core/platform/fault.ts'

export const json = <S extends z.ZodType>(schema: S, example?: unknown) => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
})

/** Its schema serves the document alone, and is made when that is: most processes never need it. */
export const answer = <S extends z.ZodRawShape>(
  description: string,
  shape: S,
  example?: Record<string, unknown>,
) => ({
  description,
  get content() {
    const schema = z.object({ success: z.literal(true), ...shape })
    return json(schema, example && { success: true, ...example })
  },
})

export const body = <S extends z.ZodType>(schema: S, example?: unknown) => ({
  required: true as const,
  content: json(schema, example),
})

const Failure = z
  .object({
    success: z.literal(false),
    error: z.string().meta({ description: 'A sentence that can be shown' }),
    code: z.string(),
    status: z.int(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Error' })

/** The failures of a call beside those that any call may have. Handlers throw them, so types know nothing of them. */
export function faults(...codes: FaultCode[]): Record<never, never> {
  const byStatus = Map.groupBy([...codes, 'DEPENDENCY_UNAVAILABLE' as const], (code) => STATUS[code])
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      { description: named.join(', '), content: json(Failure) },
    ]),
  )
}

/** For calls that need a token. */
export const SECURED = [{ bearer: [] }, { apiKey: [] }]

export const sessionParam = {
  params: z.object({
    sessionId: z
      .string()
      .meta({ description: 'The id of a session', example: '5bc99cea8975b95fe7077c64a3312145' }),
  }),
}

/** A whole number in a query, where it comes as text; what is wrong with it is said in one sentence. */
export const wholeNumber = (least: number, most?: number) => {
  const bounds = most === undefined ? `${least} or more` : `from ${least} to ${most}`
  const number = z.coerce.number(`must be a whole number, ${bounds}`).int().min(least)
  return most === undefined ? number : number.max(most)
}

/** `limit` and `cursor` of a list. */
export const paging = (most: number, usual = 50) => ({
  limit: wholeNumber(1, most)
    .default(usual)
    .meta({ type: 'integer', description: `1 to ${most}` }),
  cursor: z.string().min(1).max(2_000).optional().meta({ description: '`nextCursor` of the page before' }),
})

export const nextCursor = z.string().nullable().meta({ description: 'Null on the last page' })
