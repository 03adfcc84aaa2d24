/**
 * The queues, as core declares them. Commands: a FIFO queue per shard, whose names differ in the shard's number only, so
 * that one template leads to all of them. Jobs: one queue per kind. Beside each is one for what nobody could handle.
 */
import {
  commandQueue,
  deadJobQueue,
  deadLetterQueue,
  JOBS,
  type JobKind,
  jobQueue,
  MAX_RECEIVES,
  type QueueSpec,
} from '../core/queues.ts'
import type { Stage } from './stage.ts'

type Pair = { live: sst.aws.Queue; dead: sst.aws.Queue }
export type Jobs = Record<JobKind, Pair>
export type Commands = {
  /** The queues' address, with `{shard}` in the place of the number. */
  urlTemplate: $util.Output<string>
  live: sst.aws.Queue[]
  dead: sst.aws.Queue[]
}

export function commandQueues({ shards }: Stage): Commands {
  const pairs = Array.from({ length: shards }, (_, shard) =>
    pair(`Commands${shard}`, deadLetterQueue(shard), (dead) => commandQueue(shard, dead)),
  )
  return {
    urlTemplate: pairs[0]!.live.url.apply((url) => url.replace(/-0\.fifo$/, '-{shard}.fifo')),
    live: pairs.map(({ live }) => live),
    dead: pairs.map(({ dead }) => dead),
  }
}

export const jobQueues = (): Jobs =>
  Object.fromEntries(
    JOBS.map((kind) => [kind, pair(`Jobs${kind}`, deadJobQueue(kind), (dead) => jobQueue(kind, dead))]),
  ) as Jobs

/** AWS knows the dead-letter queue's address later than we need the rest, so that comes by itself. */
function pair(component: string, dead: QueueSpec, live: (deadArn: string) => QueueSpec): Pair {
  const deadQueue = queue(`${component}Dead`, dead)
  return { dead: deadQueue, live: queue(component, live(''), { queue: deadQueue.arn, retry: MAX_RECEIVES }) }
}

function queue(
  component: string,
  { name, attributes }: QueueSpec,
  dlq?: { queue: $util.Output<string>; retry: number },
) {
  const {
    VisibilityTimeout = '30',
    MessageRetentionPeriod,
    DeduplicationScope,
    FifoThroughputLimit,
  } = attributes
  return new sst.aws.Queue(component, {
    fifo: attributes.FifoQueue === 'true',
    visibilityTimeout: `${Number(VisibilityTimeout)} seconds`,
    ...(dlq ? { dlq } : {}),
    transform: {
      queue: {
        name: name.replace(/^linekeeper-/, `${$app.name}-${$app.stage}-`),
        messageRetentionSeconds: Number(MessageRetentionPeriod),
        ...(DeduplicationScope ? { deduplicationScope: DeduplicationScope } : {}),
        ...(FifoThroughputLimit ? { fifoThroughputLimit: FifoThroughputLimit } : {}),
        sqsManagedSseEnabled: true,
      },
    },
  })
}
