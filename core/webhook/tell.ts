/** Telling the fan-out of webhooks that there is news in logs, by whoever wrote to them and is no connector. */
import type { Jobs } from '../platform/jobs.ts'
import type { Notes } from '../platform/notes.ts'
import type { Stream } from './job.ts'
import { merged } from './merged.ts'
import { newsTeller } from './queues.ts'

export type Webhooks = {
  /** Never fails: what is not taken is found by the timed job. */
  tell(streams: Stream[]): Promise<void>
}

/** Where there is no queue nobody is told. */
export const noWebhooks: Webhooks = { tell: async () => undefined }

export function openWebhooks(jobs: Jobs, log: Pick<Notes, 'warn'>): Webhooks {
  const tell = newsTeller(jobs)
  return {
    async tell(streams) {
      if (streams.length === 0) return
      try {
        await tell(merged(streams))
      } catch (err) {
        log.warn({ err, logs: streams.length }, 'webhooks were not told; the timed job finds it in the log')
      }
    },
  }
}
