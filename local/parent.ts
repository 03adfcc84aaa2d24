/**
 * npm hands signals on, except the one that nobody can catch: when npm is killed, what it started would stay behind
 * without a terminal. So a start by npm ends when its parent changes.
 */
const LOOK_EVERY_MS = 500

/** Does nothing unless npm started this process. */
export function watchParent(onGone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (!env.npm_lifecycle_event) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, LOOK_EVERY_MS)
  timer.unref()
}
