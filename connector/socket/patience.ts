/** Asking again, for answers that are worth some patience. */
import { setTimeout as pause } from 'node:timers/promises'

const PAUSES_MS = [100, 500, 2000]

/** Rejects with the last error when it failed every time. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const wait of PAUSES_MS) {
    try {
      return await ask()
    } catch {
      await pause(wait)
    }
  }
  return ask()
}
