/**
 * The sandbox in a process of its own, as `npm run sandbox` has it, with a way to have people write as fast as the
 * sandbox can. It keeps nothing on disk, so that the disk is no part of what is measured.
 */
import { sandbox } from '../../../sandbox/index.ts'
import { useKeyObjects } from '../../../sandbox/key-objects.ts'
import type { Server } from '../lines/line.ts'
import { textOf } from '../lines/load.ts'
import { serve } from '../parts/remote.ts'

export type SandboxHost = {
  server(): Server
  /** One person writes many messages to another. Through when they are on their way. */
  write(options: { from: string; to: string; count: number }): Promise<void>
  /** What the phones of these people could not read, or only after asking again. */
  unreadable(options: { numbers: string[] }): Promise<{ undecryptable: number; retries: number }>
}

/** The sandbox answers once per turn of its event loop; so many messages share one. */
const AT_ONCE = 25

/** libsignal talks to the console; that is not what is measured. */
for (const way of ['log', 'info', 'warn', 'error'] as const) console[way] = () => undefined

useKeyObjects()
const box = await sandbox()

await serve({
  server: () => ({ url: box.wsUrl, rootKey: box.rootKey, control: box.url }),

  async write({ from, to, count }) {
    for (let n = 0; n < count; n += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, index) => n + index)
      await Promise.all(batch.map((number) => box.control.send(from, { to, text: textOf(number) })))
    }
  },

  async unreadable({ numbers }) {
    const total = { undecryptable: 0, retries: 0 }
    for (const number of numbers) {
      const { undecryptable, retries } = await box.control.inbox(number, { limit: 1 })
      total.undecryptable += undecryptable
      total.retries += retries
    }
    return total
  },
} satisfies SandboxHost)
