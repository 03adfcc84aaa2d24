/**
 * The command queues in any engine that speaks SQS, the embedded one or that of SQS_ENDPOINT. Engines may forget queues
 * (the embedded one does whenever it starts), which loses nothing, because commands are only nudges; so queues are
 * created at start and again whenever one is missing.
 */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { commandQueue, deadLetterQueue, QUEUE_PREFIX, type QueueSpec } from '#core/queues.ts'

export { startEmbeddedQueues } from './sqs.ts'

/** Creates what is missing, and answers the queues' URL with `{shard}` in the place of the number. Idempotent. */
export async function ensureQueues(client: SQSClient, endpoint: string, shards: number): Promise<string> {
  const numbers = Array.from({ length: shards }, (_, shard) => shard)
  const urls = await Promise.all(
    numbers.map(async (shard) => {
      const dead = await create(client, deadLetterQueue(shard))
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: reachable(dead, endpoint), AttributeNames: ['QueueArn'] }),
      )
      return create(client, commandQueue(shard, Attributes?.QueueArn ?? ''))
    }),
  )
  return reachable(urls[0]!, endpoint).replace(`${QUEUE_PREFIX}0.`, `${QUEUE_PREFIX}{shard}.`)
}

/** True when all queues of all shards are there; one call. */
export async function queuesComplete(client: SQSClient, shards: number): Promise<boolean> {
  const { QueueUrls } = await client.send(
    new ListQueuesCommand({ QueueNamePrefix: QUEUE_PREFIX, MaxResults: 1000 }),
  )
  return (QueueUrls?.length ?? 0) >= shards * 2
}

async function create(client: SQSClient, { name, attributes }: QueueSpec): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  if (!QueueUrl) throw new Error(`the queue engine created ${name} without telling its URL`)
  return QueueUrl
}

/** Engines name themselves by hosts that do not resolve here; the path is theirs, the host is the one that answered. */
const reachable = (url: string, endpoint: string): string =>
  url.replace(/^\w+:\/\/[^/]+/, new URL(endpoint).origin)
