/** Handing a message on to whoever asks the model: a note in the queue of orders. */
import type { OrderJob } from '../contract/job.ts'
import { sqsClient } from '../platform/aws.ts'
import type { PlatformConfig } from '../platform/base-config.ts'
import type { Key } from '../platform/dynamo.ts'
import { openJobs } from '../platform/jobs.ts'

/** Undefined where no queue is configured: then rules read everything. */
export function handingOn(
  config: Pick<PlatformConfig, 'AWS_REGION' | 'SQS_ENDPOINT'> & { ORDERS_QUEUE_URL?: string | undefined },
): ((key: Key) => Promise<void>) | undefined {
  const url = config.ORDERS_QUEUE_URL
  if (!url) return
  const jobs = openJobs(sqsClient(config), url)
  return async ({ pk, sk }) => {
    const job: OrderJob = { v: 1, seen: { pk, sk } }
    await jobs.send([{ body: JSON.stringify(job) }])
  }
}
