/**
 * The command queues on one machine: fauxqs in this process, or any engine that speaks SQS at SQS_ENDPOINT. Both forget
 * queues (fauxqs whenever it starts), which loses nothing, because commands are only nudges; so they are created at
 * start and again whenever one is missing.
 */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { startFauxqs } from 'fauxqs'
import { commandQueue, deadLetterQueue, QUEUE_PREFIX, type QueueSpec } from '#core/queues.ts'

const STOPS_WITHIN_MS = 1_000

export async function startEmbeddedQueues(): Promise<{ endpoint: string } & AsyncDisposable> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    /** Connections that wait for a message would hold it open: it gets a moment, then the process goes on. */
    async [Symbol.asyncDispose]() {
      const moment = Promise.withResolvers<void>()
      const timer = setTimeout(moment.resolve, STOPS_WITHIN_MS)
      await Promise.race([server.stop(), moment.promise])
      clearTimeout(timer)
    },
  }
}

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
