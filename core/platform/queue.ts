/**
 * The command queues: one FIFO queue per shard, one message group per session, so that a session's commands keep
 * their order. Sends of one turn of the event loop travel together; a send that fails is reported to its caller, who
 * loses nothing, because the sweeper carries what was stored and not sent.
 */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { type Command, type Envelope, encode } from '../contract/command.ts'
import { type Clock, iso } from './clock.ts'
import { Fault } from './fault.ts'
import { shardOf } from './id.ts'

export type Commands = { send(to: Recipient, command: Command, id: string): Promise<void> }
export type Recipient = { accountId: string; sessionId: string }
type Waiting = { envelope: Envelope; resolve: () => void; reject: (error: unknown) => void }

/** SQS's own bound on one batch. */
const BATCH = 10

export const queueUrl = (template: string, shard: number): string => template.replace('{shard}', `${shard}`)

/** `id` makes a repeated send of the same command one command, for the five minutes that SQS remembers it. */
export function openCommands(
  client: SQSClient,
  options: { urlTemplate: string; shards: number; now: Clock },
): Commands {
  const waiting = new Map<number, Waiting[]>()

  const flush = async (shard: number): Promise<void> => {
    const all = waiting.get(shard) ?? []
    waiting.delete(shard)
    for (let start = 0; start < all.length; start += BATCH)
      await carry(client, queueUrl(options.urlTemplate, shard), all.slice(start, start + BATCH))
  }

  return {
    send: ({ accountId, sessionId }, command, id) =>
      new Promise<void>((resolve, reject) => {
        const envelope: Envelope = {
          v: 1,
          id,
          accountId,
          sessionId,
          sentAt: iso(options.now()),
          command,
        }
        const shard = shardOf(sessionId, options.shards)
        const queue = waiting.get(shard)
        if (queue) return void queue.push({ envelope, resolve, reject })
        waiting.set(shard, [{ envelope, resolve, reject }])
        setImmediate(() => void flush(shard))
      }),
  }
}

async function carry(client: SQSClient, url: string, batch: Waiting[]): Promise<void> {
  try {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: batch.map(({ envelope }, index) => ({
          Id: `${index}`,
          MessageBody: encode(envelope),
          MessageGroupId: envelope.sessionId,
          MessageDeduplicationId: envelope.id,
        })),
      }),
    )
    const failed = new Map((answer.Failed ?? []).map(({ Id, Message }) => [Number(Id), Message]))
    for (const [index, entry] of batch.entries()) {
      if (failed.has(index)) entry.reject(unsent(failed.get(index)))
      else entry.resolve()
    }
  } catch (cause) {
    for (const entry of batch) entry.reject(unsent(cause))
  }
}

const unsent = (cause: unknown) =>
  new Fault('DEPENDENCY_UNAVAILABLE', 'The command queue did not take the command.', { cause })
