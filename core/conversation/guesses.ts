/**
 * Which conversation a line went on with when this process last saw it. Only a guess: it is read along with the pointer
 * that tells the truth, and saves a second read where it is right.
 */
export type Guesses = {
  of(line: string): string | undefined
  learn(line: string, conversationId: string): void
}

const KEPT = 10_000

/** Forgets what was not learned again for longest. */
export function guesses(limit = KEPT): Guesses {
  const known = new Map<string, string>()
  return {
    of: (line) => known.get(line),
    learn(line, conversationId) {
      known.delete(line)
      known.set(line, conversationId)
      const [oldest] = known.keys()
      if (known.size > limit && oldest !== undefined) known.delete(oldest)
    },
  }
}
