/**
 * Counters since the start of the process, the queries that nobody here understood, and what went wrong: a Baileys
 * upgrade that asks for something new, or a client that shows a wrong signature, is seen in `GET /stats`.
 */
export type Totals = {
  pairings: number
  logins: number
  refusedLogins: number
  /** Logins that met an older connection of the same device, and ended it (440). */
  conflicts: number
  messagesIn: number
  messagesOut: number
  receiptsIn: number
  receiptsOut: number
  retriesAsked: number
  retriesAnswered: number
}
export type Problem = { at: string; what: string; detail: string }
export type Stats = ReturnType<typeof countStats>

const PROBLEMS_KEPT = 50

const nothing = (): Totals => ({
  pairings: 0,
  logins: 0,
  refusedLogins: 0,
  conflicts: 0,
  messagesIn: 0,
  messagesOut: 0,
  receiptsIn: 0,
  receiptsOut: 0,
  retriesAsked: 0,
  retriesAnswered: 0,
})

/** `In` is from clients to the sandbox, `Out` from the sandbox to clients. */
export function countStats() {
  let totals = nothing()
  const unknown = new Map<string, number>()
  const problems: Problem[] = []

  return {
    count(what: keyof Totals) {
      totals[what] += 1
    },

    unknownQuery(name: string) {
      unknown.set(name, (unknown.get(name) ?? 0) + 1)
    },

    problem(what: string, error: unknown) {
      const detail = error instanceof Error ? error.message : String(error)
      problems.push({ at: new Date().toISOString(), what, detail })
      if (problems.length > PROBLEMS_KEPT) problems.shift()
    },

    read: () => ({
      totals: { ...totals },
      unknownQueries: Object.fromEntries(unknown),
      problems: [...problems],
    }),

    reset() {
      totals = nothing()
      unknown.clear()
      problems.length = 0
    },
  }
}
