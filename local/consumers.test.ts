import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { startFauxqs } from 'fauxqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sqs } from '#core/platform/aws/sqs.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { logger } from '#core/platform/log.ts'
import type { Consume } from '../functions/consumers/batch.ts'
import { until } from '../test/support/until.ts'
import { consumeQueue } from './consumers.ts'
import { sdkSqs } from './sdk.ts'

let server: Awaited<ReturnType<typeof startFauxqs>>
let client: SQSClient
let sqs: Sqs
let queues = 0

beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  const endpoint = `http://127.0.0.1:${server.port}`
  client = sdkSqs('us-east-1', endpoint)
  sqs = sqsClient({ AWS_REGION: 'us-east-1', SQS_ENDPOINT: endpoint })
})
afterAll(async () => {
  client.destroy()
  sqs[Symbol.dispose]()
  await server.stop()
})

async function queue(): Promise<string> {
  const name = new CreateQueueCommand({
    QueueName: `jobs-${++queues}`,
    Attributes: { VisibilityTimeout: '1' },
  })
  return (await client.send(name)).QueueUrl ?? ''
}
const send = (QueueUrl: string, MessageBody: string) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody }))
async function left(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  )
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}

test('what is done is deleted, and what is given back comes again', async () => {
  const url = await queue()
  const seen: string[] = []
  const consume: Consume = async (records) => {
    const first = records.filter(({ body }) => body === 'again' && !seen.includes('again'))
    seen.push(...records.map(({ body }) => body))
    return { batchItemFailures: first.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }
  await using _ = consumeQueue({ sqs, url, consume, parallel: 2, log: logger('silent') })
  await Promise.all([send(url, 'once'), send(url, 'again')])
  await until('both are done', async () => seen.length === 3 && (await left(url)) === 0)
  expect(seen.toSorted()).toEqual(['again', 'again', 'once'])
})

test('it survives a queue that is missing, and ends with what it works on', async () => {
  const url = await queue()
  let begun = false
  let done = false
  const work = Promise.withResolvers<void>()
  const consume: Consume = async () => {
    begun = true
    await work.promise
    done = true
    return { batchItemFailures: [] }
  }
  await using missing = consumeQueue({
    sqs,
    url: `${url}-missing`,
    consume,
    parallel: 1,
    log: logger('silent'),
  })
  const consumer = consumeQueue({ sqs, url, consume, parallel: 1, log: logger('silent') })
  await send(url, 'slow')
  await until('it is worked on', () => begun)
  const closing = consumer[Symbol.asyncDispose]()
  work.resolve()
  await closing
  expect(done).toBe(true)
  expect(missing).toBeDefined()
})
