/**
 * The command queues, as core declares them: a FIFO queue per shard, and beside each a FIFO queue for commands that
 * nobody could handle. Their names differ in the shard's number only, so that one template leads to all of them.
 */
import { commandQueue, deadLetterQueue, MAX_RECEIVES, type QueueSpec } from '../core/queues'
import type { Stage } from './stage'

export type Commands = {
  /** The queues' address, with `{shard}` in the place of the number. */
  urlTemplate: $util.Output<string>
  live: sst.aws.Queue[]
  dead: sst.aws.Queue[]
}

export function commands({ shards }: Stage): Commands {
  const numbers = Array.from({ length: shards }, (_, shard) => shard)
  const dead = numbers.map((shard) => queue(`CommandsDead${shard}`, deadLetterQueue(shard)))
  const live = dead.map(({ arn }, shard) =>
    // The address of the dead-letter queue is known to AWS only, so it comes by the other argument.
    queue(`Commands${shard}`, commandQueue(shard, ''), { queue: arn, retry: MAX_RECEIVES }),
  )
  return { urlTemplate: live[0]!.url.apply((url) => url.replace(/-0\.fifo$/, '-{shard}.fifo')), live, dead }
}

function queue(component: string, spec: QueueSpec, dlq?: { queue: $util.Output<string>; retry: number }) {
  const { VisibilityTimeout, MessageRetentionPeriod, DeduplicationScope, FifoThroughputLimit } =
    spec.attributes
  return new sst.aws.Queue(component, {
    fifo: true,
    ...(VisibilityTimeout ? { visibilityTimeout: `${Number(VisibilityTimeout)} seconds` as const } : {}),
    ...(dlq ? { dlq } : {}),
    transform: {
      queue: {
        name: spec.name.replace(/^linekeeper-/, `${$app.name}-${$app.stage}-`),
        messageRetentionSeconds: Number(MessageRetentionPeriod),
        deduplicationScope: DeduplicationScope!,
        fifoThroughputLimit: FifoThroughputLimit!,
        sqsManagedSseEnabled: true,
      },
    },
  })
}
