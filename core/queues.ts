/**
 * The command queues, declared once, as the tables are: the stacks and the local stand-in create them from here. Each
 * shard has a FIFO queue and, for commands that nobody could handle, a FIFO dead-letter queue.
 */
export type QueueSpec = { name: string; attributes: Record<string, string> }

export const QUEUE_PREFIX = 'linekeeper-commands-'

/** A command that was handed out so often without success goes aside, so that the session's next one gets its turn. */
export const MAX_RECEIVES = 10

const FIFO = {
  FifoQueue: 'true',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
}

const DAY = 24 * 60 * 60

export const deadLetterQueue = (shard: number): QueueSpec => ({
  name: `${QUEUE_PREFIX}${shard}-dead.fifo`,
  attributes: { ...FIFO, MessageRetentionPeriod: `${14 * DAY}` },
})

/** `deadLetterArn` is what the engine calls the shard's dead-letter queue. */
export const commandQueue = (shard: number, deadLetterArn: string): QueueSpec => ({
  name: `${QUEUE_PREFIX}${shard}.fifo`,
  attributes: {
    ...FIFO,
    VisibilityTimeout: '30',
    MessageRetentionPeriod: `${4 * DAY}`,
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: MAX_RECEIVES }),
  },
})
