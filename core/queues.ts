/**
 * The queues, declared once, as the tables are: the stacks and the local stand-in create them from here. Commands have
 * a FIFO queue per shard; jobs, which need no order, have one queue per kind. Beside each is a dead-letter queue for
 * what nobody could handle.
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

/**
 * `orders`: messages that the model shall read; `events`: messages of linked sessions, for their conversations; `live`:
 * sessions that live connections shall hear of, one at a time each; `webhooks`: logs with news that webhooks shall hear
 * of; `deliveries`: webhooks that have something to do.
 */
export const JOBS = ['orders', 'events', 'live', 'webhooks', 'deliveries'] as const
export type JobKind = (typeof JOBS)[number]
export const JOB_PREFIX = 'linekeeper-jobs-'

/** Seconds in which a batch has to be done before somebody else gets it: six times the function's own time limit. */
const DONE_WITHIN: Record<JobKind, number> = {
  orders: 360,
  events: 180,
  live: 120,
  webhooks: 180,
  // One endpoint at a time, whose lease ends before (core/webhook/desk.ts): who was interrupted goes on soon.
  deliveries: 75,
}

/** Kinds whose jobs keep their order, by group. */
const IN_ORDER: ReadonlySet<JobKind> = new Set(['live'])

export const deadJobQueue = (kind: JobKind): QueueSpec => ({
  name: nameOf(`${kind}-dead`, kind),
  attributes: { ...orderOf(kind), MessageRetentionPeriod: `${14 * DAY}` },
})

export const jobQueue = (kind: JobKind, deadLetterArn: string): QueueSpec => ({
  name: nameOf(kind, kind),
  attributes: {
    ...orderOf(kind),
    VisibilityTimeout: `${DONE_WITHIN[kind]}`,
    MessageRetentionPeriod: `${4 * DAY}`,
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: MAX_RECEIVES }),
  },
})

const nameOf = (name: string, kind: JobKind): string =>
  `${JOB_PREFIX}${name}${IN_ORDER.has(kind) ? '.fifo' : ''}`
const orderOf = (kind: JobKind): Record<string, string> => (IN_ORDER.has(kind) ? FIFO : {})
