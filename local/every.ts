/**
 * Repeats a job, as EventBridge does on AWS: never two runs at once, and a run that fails is logged and repeated at its
 * next turn.
 */
import type { Log } from '#core/platform/log.ts'

/** Disposing waits for the run that is going on. */
export function every(ms: number, name: string, log: Log, job: () => Promise<unknown>): AsyncDisposable {
  let running: Promise<void> | undefined
  const run = async () => {
    try {
      await job()
    } catch (err) {
      log.error({ err, job: name }, 'a timed job failed; it runs again at its next turn')
    } finally {
      running = undefined
    }
  }
  const timer = setInterval(() => {
    running ??= run()
  }, ms)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}
