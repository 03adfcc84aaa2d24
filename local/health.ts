/**
 * Whether the whole system answers, asked from outside as a caller would.
 */
import { setTimeout as pause } from 'node:timers/promises'

const ASK_EVERY_MS = 50

/** Resolves when `/health` says that a message which is accepted now can reach WhatsApp. */
export async function untilHealthy(origin: string, abort: AbortSignal): Promise<void> {
  while (!abort.aborted) {
    const answer = await fetch(`${origin}/health`, { signal: abort })
    await answer.body?.cancel()
    if (answer.ok) return
    await pause(ASK_EVERY_MS)
  }
}
