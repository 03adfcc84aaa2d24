import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { sqsClient } from '#core/platform/aws.ts'
import { queueUrl } from '#core/platform/queue.ts'
import { ensureQueues, queuesComplete, startEmbeddedQueues } from './queues.ts'

const SHARDS = 2

async function engine() {
  const queues = await startEmbeddedQueues()
  const client = sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: queues.endpoint })
  const template = await ensureQueues(client, queues.endpoint, SHARDS)
  return { queues, client, template, [Symbol.asyncDispose]: () => queues[Symbol.asyncDispose]() }
}

test('each shard has a FIFO queue that answers at the URL of the template, and a dead-letter queue', async () => {
  await using it = await engine()
  for (let shard = 0; shard < SHARDS; shard++) {
    const { Attributes } = await it.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl(it.template, shard), AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' })
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toEqual({
      deadLetterTargetArn: expect.stringMatching(new RegExp(`:linekeeper-commands-${shard}-dead\\.fifo$`)),
      maxReceiveCount: 10,
    })
  }
})

test('a forgotten queue is missed and comes back, and what waits in the others stays', async () => {
  await using it = await engine()
  expect(await queuesComplete(it.client, SHARDS)).toBe(true)
  await it.client.send(
    new SendMessageCommand({
      QueueUrl: queueUrl(it.template, 1),
      MessageBody: 'hi',
      MessageGroupId: 'a',
      MessageDeduplicationId: '1',
    }),
  )
  await it.client.send(new DeleteQueueCommand({ QueueUrl: queueUrl(it.template, 0) }))
  expect(await queuesComplete(it.client, SHARDS)).toBe(false)

  expect(await ensureQueues(it.client, it.queues.endpoint, SHARDS)).toBe(it.template)
  expect(await queuesComplete(it.client, SHARDS)).toBe(true)
  const { Messages } = await it.client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl(it.template, 1) }))
  expect(Messages?.[0]?.Body).toBe('hi')
})
