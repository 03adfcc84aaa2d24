/**
 * The command queues: one FIFO queue per shard, one message group per session, so that a session's commands keep
 * their order. Sends of one turn of the event loop travel together; a send that fails is reported to its caller, who
 * loses nothing, because the sweeper carries what was stored and not sent.
 */
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { type Command, type Envelope, encode } from '../contract/command.ts'
import { type Clock, iso } from './clock.ts'
import { Fault } from './fault.ts'
import { shardOf } from './id.ts'

export type Commands = {
  /** `id` makes a repeated send of the same command one command, for the five minutes that SQS remembers it. */
  send(to: Recipient, command: Command, id: string): Promise<void>
  /** Resolves when the queues can be reached. */
  check(): Promise<void>
}
export type Recipient = { accountId: string; sessionId: string }
type Waiting = { envelope: Envelope; body: string; resolve: () => void; reject: (error: unknown) => void }

/** SQS's own bounds on one batch; the bytes are those of engines older than August 2025. */
const BATCH = 10
const BATCH_BYTES = 250_000

/** A queue that does not answer keeps nobody waiting: what is stored is carried later. */
const PATIENCE_MS = 3_000

export const queueUrl = (template: string, shard: number): string => template.replace('{shard}', `${shard}`)

export function openCommands(
  client: SQSClient,
  options: { urlTemplate: string; shards: number; now: Clock },
): Commands {
  const waiting = new Map<number, Waiting[]>()

  const flush = async (shard: number): Promise<void> => {
    const all = waiting.get(shard) ?? []
    waiting.delete(shard)
    for (const batch of batches(all)) await carry(client, queueUrl(options.urlTemplate, shard), batch)
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
        const entry = { envelope, body: encode(envelope), resolve, reject }
        const queue = waiting.get(shard)
        if (queue) return void queue.push(entry)
        waiting.set(shard, [entry])
        setImmediate(() => void flush(shard))
      }),

    async check() {
      const url = queueUrl(options.urlTemplate, 0)
      await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
        patiently(),
      )
    },
  }
}

const patiently = () => ({ abortSignal: AbortSignal.timeout(PATIENCE_MS) })

function* batches(entries: Waiting[]): Generator<Waiting[]> {
  let batch: Waiting[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.body)
    if (batch.length === BATCH || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

async function carry(client: SQSClient, url: string, batch: Waiting[]): Promise<void> {
  try {
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: batch.map(({ envelope, body }, index) => ({
          Id: `${index}`,
          MessageBody: body,
          MessageGroupId: envelope.sessionId,
          MessageDeduplicationId: envelope.id,
        })),
      }),
      patiently(),
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
