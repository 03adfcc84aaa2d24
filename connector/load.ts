/** How busy this process is, measured from one heartbeat to the next. */
import type { Load } from '#core/lease.ts'

/** @param clock monotonic milliseconds */
export function openLoad(clock: () => number): () => Load {
  let cpu = process.cpuUsage()
  let at = clock()
  return () => {
    const now = clock()
    const { user, system } = process.cpuUsage(cpu)
    const elapsed = Math.max(1, now - at)
    cpu = process.cpuUsage()
    at = now
    return {
      cpuPercent: Math.round((user + system) / 10 / elapsed),
      memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    }
  }
}
