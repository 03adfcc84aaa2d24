/**
 * Queues of small notes about what was stored: whoever takes one looks up the rest. Apart from the command queues,
 * because what needs no connector needs no shards.
 */
import type { Sqs } from './aws/sqs.ts'
import { Fault } from './fault.ts'
import { portable } from './json.ts'

export type Job = {
  body: string
  /** For a FIFO queue: jobs of a group keep their order, and one id is one job. */
  group?: string
  id?: string
  /** How long the queue keeps it to itself: 15 minutes at most, and never in a FIFO queue. */
  delaySeconds?: number
}

export type Jobs = {
  /** All of them, in order. @throws Fault DEPENDENCY_UNAVAILABLE when one was not taken */
  send(jobs: Job[]): Promise<void>
}

/** SQS's own bounds on one batch. */
const BATCH = 10
const BATCH_BYTES = 250_000
const ANSWERS_WITHIN_MS = 3_000

export function openJobs(sqs: Sqs, url: string): Jobs {
  return {
    async send(jobs) {
      for (const batch of batches(jobs.map((job) => ({ ...job, body: portable(job.body) })))) {
        const { Failed = [] } = await sqs
          .call(
            'SendMessageBatch',
            {
              QueueUrl: url,
              Entries: batch.map(({ body, group, id, delaySeconds }, index) => ({
                Id: `${index}`,
                MessageBody: body,
                MessageGroupId: group,
                MessageDeduplicationId: id,
                DelaySeconds: delaySeconds,
              })),
            },
            { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) },
          )
          .catch((cause: unknown) => {
            throw untaken(cause)
          })
        if (Failed[0]) throw untaken(new Error(Failed[0].Message))
      }
    },
  }
}

function* batches(jobs: Job[]): Generator<Job[]> {
  let batch: Job[] = []
  let bytes = 0
  for (const job of jobs) {
    const size = Buffer.byteLength(job.body)
    if (batch.length === BATCH || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(job)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

const untaken = (cause: unknown) =>
  new Fault('DEPENDENCY_UNAVAILABLE', 'The queue did not take the job.', { cause })
