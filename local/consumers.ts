/**
 * Lambda's event source on one machine: takes batches from a queue, hands them to the same consumer that Lambda runs,
 * and deletes what it did not give back. A queue that does not answer is asked again.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Message } from '@aws-sdk/client-sqs'
import type { Sqs } from '#core/platform/aws/sqs.ts'
import type { Log } from '#core/platform/log.ts'
import type { Consume } from '../functions/consumers/batch.ts'

export type Source = {
  sqs: Sqs
  url: string
  consume: Consume
  /** Batches that are worked on at the same time. */
  parallel: number
  /** Given where one message must not wait for another: each is worked on alone, so many at the same time. */
  apart?: number
  log: Log
}

const BATCH = 10
/** Short, because the embedded engine hands messages also to a look whose process is dead. */
const LOOK_SECONDS = 2
const AGAIN_AFTER_MS = 500

/** Disposing lets what is being worked on be finished. */
export function consumeQueue(source: Source): AsyncDisposable {
  const end = new AbortController()
  const { apart } = source
  const loops = Array.from({ length: source.parallel }, () =>
    apart
      ? loopApart(source, apart, end.signal)
      : loop(source, (messages) => work(source, messages), end.signal),
  )
  return {
    async [Symbol.asyncDispose]() {
      end.abort()
      await Promise.all(loops)
    },
  }
}

async function loop(
  source: Source,
  handle: (messages: Message[]) => Promise<void>,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted)
    try {
      const messages = await look(source, end)
      if (messages.length > 0) await handle(messages)
    } catch (err) {
      if (end.aborted) return
      source.log.warn({ err, queue: source.url }, 'a queue of jobs does not answer')
      await pause(AGAIN_AFTER_MS, undefined, { signal: end }).catch(() => undefined)
    }
}

/** As Lambda does with batches of one. */
async function loopApart(source: Source, most: number, end: AbortSignal): Promise<void> {
  const busy = new Set<Promise<void>>()
  const handOut = async (messages: Message[]) => {
    for (const message of messages) {
      const working: Promise<void> = work(source, [message])
        .catch((err: unknown) =>
          source.log.warn(
            { err, queue: source.url },
            'a message of a queue was not worked on; it comes again',
          ),
        )
        .finally(() => busy.delete(working))
      busy.add(working)
    }
    if (busy.size >= most) await Promise.race(busy)
  }
  await loop(source, handOut, end)
  await Promise.all(busy)
}

async function look({ sqs, url }: Source, end: AbortSignal): Promise<Message[]> {
  const wanted = { QueueUrl: url, MaxNumberOfMessages: BATCH, WaitTimeSeconds: LOOK_SECONDS }
  const { Messages = [] } = await sqs.call('ReceiveMessage', wanted, { signal: end })
  return Messages
}

async function work({ sqs, url, consume }: Source, messages: Message[]): Promise<void> {
  const records = messages.map(({ MessageId = '', Body = '' }) => ({ messageId: MessageId, body: Body }))
  const { batchItemFailures } = await consume(records)
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId))
  if (done.length === 0) return
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
  await sqs.call('DeleteMessageBatch', { QueueUrl: url, Entries })
}
