/**
 * Handing a message on to whoever asks the model: a note in the queue of orders. The queue's client is loaded with the
 * first of them, because a webhook that needs none must not wait for it.
 */
import type { OrderJob } from '../contract/job.ts'
import type { PlatformConfig } from '../platform/base-config.ts'
import type { Key } from '../platform/dynamo.ts'
import type { Jobs } from '../platform/jobs.ts'

/** Undefined where no queue is configured: then rules read everything. */
export function handingOn(
  config: Pick<PlatformConfig, 'AWS_REGION' | 'SQS_ENDPOINT'> & { ORDERS_QUEUE_URL?: string | undefined },
): ((key: Key) => Promise<void>) | undefined {
  const url = config.ORDERS_QUEUE_URL
  if (!url) return
  let jobs: Jobs | undefined
  return async ({ pk, sk }) => {
    if (!jobs) {
      const { jobsClient, openJobs } = await import('../platform/jobs.ts')
      jobs ??= openJobs(jobsClient(config), url)
    }
    const job: OrderJob = { v: 1, seen: { pk, sk } }
    await jobs.send([{ body: JSON.stringify(job) }])
  }
}
