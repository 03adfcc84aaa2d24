/**
 * Writing what rests on something read, while others write too: read, write, and again when somebody was faster. The
 * second attempt follows at once; then each makes way at random, for twice as long as before, so that a crowd thins
 * out and does not trample itself.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '../platform/fault.ts'

/** What an attempt answers when somebody was faster. */
export const AGAIN = Symbol('again')

const ATTEMPTS = 40
/** Bounds of the pause, in ms. */
const [SHORTEST, LONGEST] = [10, 640]

/** @throws Fault DEPENDENCY_UNAVAILABLE after the last attempt */
export async function persistently<T>(attempt: () => Promise<T | typeof AGAIN>): Promise<T> {
  for (let made = 0; made < ATTEMPTS; made++) {
    if (made > 1) await pause(Math.random() * Math.min(LONGEST, SHORTEST * 2 ** (made - 2)))
    const result = await attempt()
    if (result !== AGAIN) return result
  }
  throw new Fault('DEPENDENCY_UNAVAILABLE', 'The conversation is changed by many at once. Please try again.')
}
