/**
 * What this process last knew of a line: its conversation, and what its account had chosen. Only a guess, on which a
 * write may rest because its conditions find out; it saves the reading before it where it is right.
 */
import type { Known } from './plan.ts'
import type { Choice } from './settings.ts'

export type Guess = Known & Choice

export type Guesses = {
  of(line: string): Guess | undefined
  learn(line: string, guess: Guess): void
  forget(line: string): void
}

const KEPT = 2_000

/** Forgets what was not learned again for longest. */
export function guesses(limit = KEPT): Guesses {
  const known = new Map<string, Guess>()
  return {
    of: (line) => known.get(line),
    learn(line, guess) {
      known.delete(line)
      known.set(line, guess)
      const [oldest] = known.keys()
      if (known.size > limit && oldest !== undefined) known.delete(oldest)
    },
    forget: (line) => void known.delete(line),
  }
}
