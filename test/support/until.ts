/**
 * Waiting for a condition, never for luck: asks again and again until the answer holds, and names what it waited for
 * when the deadline passes.
 */
import { setTimeout as pause } from 'node:timers/promises'

/** Resolves with the first answer that is neither undefined, null nor false. Errors of `ask` count as "not yet". */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  options: { withinMs?: number; everyMs?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const { withinMs = 25_000, everyMs = 50 } = options
  const deadline = Date.now() + withinMs
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as NonNullable<Exclude<T, false>>
      last = answer
    } catch (error) {
      last = error
    }
    await pause(everyMs)
  }
  throw new Error(`waited ${withinMs} ms for: ${what}`, { cause: last })
}
