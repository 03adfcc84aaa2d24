/**
 * The queues in any engine that speaks SQS, the embedded one or that of SQS_ENDPOINT. Engines may forget queues (the
 * embedded one does whenever it starts), which loses nothing, because what they carry is stored before; so queues are
 * created at start and again whenever one is missing.
 */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import {
  commandQueue,
  deadJobQueue,
  deadLetterQueue,
  JOB_PREFIX,
  JOBS,
  type JobKind,
  jobQueue,
  QUEUE_PREFIX,
  type QueueSpec,
} from '#core/queues.ts'

export { startEmbeddedQueues } from './sqs.ts'

/** Creates what is missing, and answers the queues' URL with `{shard}` in the place of the number. Idempotent. */
export async function ensureQueues(client: SQSClient, endpoint: string, shards: number): Promise<string> {
  const numbers = Array.from({ length: shards }, (_, shard) => shard)
  const urls = await Promise.all(
    numbers.map(async (shard) => {
      const dead = await arnOf(client, endpoint, deadLetterQueue(shard))
      return create(client, commandQueue(shard, dead))
    }),
  )
  return reachable(urls[0]!, endpoint).replace(`${QUEUE_PREFIX}0.`, `${QUEUE_PREFIX}{shard}.`)
}

/** The URL of each queue of jobs; creates what is missing. Idempotent. */
export async function ensureJobQueues(client: SQSClient, endpoint: string): Promise<Record<JobKind, string>> {
  const urls = await Promise.all(
    JOBS.map(async (kind) => {
      const dead = await arnOf(client, endpoint, deadJobQueue(kind))
      return [kind, reachable(await create(client, jobQueue(kind, dead)), endpoint)]
    }),
  )
  return Object.fromEntries(urls)
}

/** True when all queues of all shards, and those of jobs, are there; two calls. */
export async function queuesComplete(client: SQSClient, shards: number): Promise<boolean> {
  const counts = await Promise.all(
    [QUEUE_PREFIX, JOB_PREFIX].map(async (QueueNamePrefix) => {
      const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix, MaxResults: 1000 }))
      return QueueUrls?.length ?? 0
    }),
  )
  const [commands = 0, jobs = 0] = counts
  return commands >= shards * 2 && jobs >= JOBS.length * 2
}

async function arnOf(client: SQSClient, endpoint: string, spec: QueueSpec): Promise<string> {
  const url = reachable(await create(client, spec), endpoint)
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  )
  return Attributes?.QueueArn ?? ''
}

async function create(client: SQSClient, { name, attributes }: QueueSpec): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  if (!QueueUrl) throw new Error(`the queue engine created ${name} without telling its URL`)
  return QueueUrl
}

/** Engines name themselves by hosts that do not resolve here; the path is theirs, the host is the one that answered. */
const reachable = (url: string, endpoint: string): string =>
  url.replace(/^\w+:\/\/[^/]+/, new URL(endpoint).origin)
