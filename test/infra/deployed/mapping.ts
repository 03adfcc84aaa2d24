/**
 * What Lambda does between a queue and a function: receives batches, invokes the function, and takes off the queue what
 * the function did not report as failed; the rest comes again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { ACCOUNT, REGION } from '../evaluate/mocks.ts'
import { sqsBatch } from './events.ts'
import type { Lambda } from './lambda.ts'

const RETRY_MS = 100

type Answer = { batchItemFailures: { itemIdentifier: string }[] }

export async function startMapping(
  endpoint: string,
  queue: string,
  batchSize: number,
  lambda: Lambda,
): Promise<AsyncDisposable> {
  const credentials = { accessKeyId: 'AKIAMOCK', secretAccessKey: 'mock' }
  const sqs = new SQSClient({ region: REGION, endpoint, credentials, maxAttempts: 1 })
  const QueueUrl = `${endpoint}/${ACCOUNT}/${queue}`
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  let isOver = false

  const round = async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batchSize, WaitTimeSeconds: 1 }),
    )
    if (Messages.length === 0) return
    const { Records } = sqsBatch(
      queue,
      Messages.map(({ Body = '' }) => Body),
    )
    const named = Records.map((record, index) => ({ ...record, messageId: Messages[index]?.MessageId ?? '' }))
    const { result } = await lambda.invoke({ Records: named })
    for (const { ReceiptHandle } of done(Messages, result as Answer | undefined))
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  }
  // Lambda goes on whatever a queue answers.
  const running = (async () => {
    while (!isOver) await round().catch(() => pause(RETRY_MS))
  })()
  return {
    async [Symbol.asyncDispose]() {
      isOver = true
      await running
      sqs.destroy()
    },
  }
}

/** A function that ended with an error has done nothing of its batch. */
function done(messages: Message[], answer: Answer | undefined): Message[] {
  if (!answer) return []
  const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  return messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''))
}
