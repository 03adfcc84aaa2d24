import { once } from 'node:events'
import { request } from 'node:http'
import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { queueUrl } from '#core/platform/queue.ts'
import { ensureJobQueues, ensureQueues, queuesComplete } from './queues.ts'
import { sdkSqs } from './sdk.ts'
import { startEmbeddedQueues } from './sqs.ts'

const SHARDS = 2

async function engine() {
  const queues = await startEmbeddedQueues()
  const client = sdkSqs('us-east-1', queues.endpoint)
  const template = await ensureQueues(client, queues.endpoint, SHARDS)
  const jobs = await ensureJobQueues(client, queues.endpoint)
  return { queues, client, template, jobs, [Symbol.asyncDispose]: () => queues[Symbol.asyncDispose]() }
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

test('a forgotten queue of jobs is missed and comes back', async () => {
  await using it = await engine()
  await it.client.send(new DeleteQueueCommand({ QueueUrl: it.jobs.orders }))
  expect(await queuesComplete(it.client, SHARDS)).toBe(false)
  expect(await ensureJobQueues(it.client, it.queues.endpoint)).toEqual(it.jobs)
  expect(await queuesComplete(it.client, SHARDS)).toBe(true)
})

test('what was handed to a caller that has died is there for the next one at once', async () => {
  await using it = await engine()
  const QueueUrl = queueUrl(it.template, 0)
  const roundTrip = () => queuesComplete(it.client, SHARDS)
  const dying = request(it.queues.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
  })
  dying.on('error', () => undefined).end(JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }))
  await once(dying, 'finish')
  await roundTrip()
  dying.destroy()
  await new Promise((resolve) => dying.once('close', resolve))
  await roundTrip()

  await it.client.send(
    new SendMessageCommand({ QueueUrl, MessageBody: 'hi', MessageGroupId: 'a', MessageDeduplicationId: '1' }),
  )
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    WaitTimeSeconds: 5,
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  })
  const { Messages } = await it.client.send(receive)
  expect(Messages?.[0]).toMatchObject({ Body: 'hi', Attributes: { ApproximateReceiveCount: '2' } })
})
