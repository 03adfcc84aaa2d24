/**
 * Waiting for a part while the system starts: not for ever, and not any longer when the person at the terminal gave up.
 */
import { Refusal } from './refusal.ts'

const READY_WITHIN_MS = 20_000

/** @throws Refusal after 20 s, or the signal's reason when it is aborted */
export async function untilReady<T>(what: string, ready: Promise<T>, abort: AbortSignal): Promise<T> {
  const givenUp = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => givenUp.reject(new Refusal(`The ${what} was not ready after ${READY_WITHIN_MS / 1000} s.`)),
    READY_WITHIN_MS,
  )
  const onAbort = () => givenUp.reject(abort.reason)
  abort.addEventListener('abort', onAbort)
  try {
    abort.throwIfAborted()
    return await Promise.race([ready, givenUp.promise])
  } finally {
    clearTimeout(timer)
    abort.removeEventListener('abort', onAbort)
  }
}
