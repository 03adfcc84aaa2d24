/**
 * The command queues: one FIFO queue per shard, one message group per session, so that a session's commands keep
 * their order. One batch per shard is on its way at a time, and what comes meanwhile is the next one: alone a command
 * waits for nothing, and under load a batch is full. A send that fails is reported to its caller, who loses nothing,
 * because the sweeper carries what was stored and not sent.
 */
import type { Command, Envelope } from '../contract/command.ts'
import { encode, groupOf, versionOf } from '../contract/envelope.ts'
import type { Sqs } from './aws/sqs.ts'
import { type Clock, iso } from './clock.ts'
import { Concealed, openConcealing } from './concealed.ts'
import { Fault } from './fault.ts'

export type Commands = {
  /** `id` makes a repeated send of the same command one command, for the five minutes that SQS remembers it. */
  send(to: Recipient, command: Command, id: string): Promise<void>
  /** Resolves when the queues can be reached. */
  check(): Promise<void>
}
/** `shard` is the session's own, as it was stored with it: with more shards than then, it is another one than now. */
export type Recipient = {
  accountId: string
  sessionId: string
  shard: number
  /** Its session keeps what is said sealed. */
  encrypted?: true | undefined
}
type Waiting = { envelope: Envelope; body: string; resolve: () => void; reject: (error: unknown) => void }

/** SQS's own bounds on one batch; the bytes are those of engines older than August 2025. */
const BATCH = 10
const BATCH_BYTES = 250_000

/** A queue that does not answer keeps nobody waiting: what is stored is carried later. */
const PATIENCE_MS = 3_000

export const queueUrl = (template: string, shard: number): string => template.replace('{shard}', `${shard}`)

/** @param options.content keys for what sessions keep sealed */
export function openCommands(
  sqs: Sqs,
  options: { urlTemplate: string; now: Clock; content?: readonly string[] | undefined },
): Commands {
  const concealing = openConcealing(options.content ?? [])
  const queues = new Map<number, Waiting[]>()
  const missed = new Missed(options.now)
  const refuse = ({ envelope, reject }: Waiting, cause: unknown) => {
    missed.add(envelope.sessionId)
    reject(new Fault('DEPENDENCY_UNAVAILABLE', 'The command queue did not take the command.', { cause }))
  }

  /** Behind a batch that the queue did not take nothing is tried: it would only wait as long, and overtake. */
  const sendAll = async (shard: number, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, fitting(queue))
      try {
        const failed = await carry(sqs, queueUrl(options.urlTemplate, shard), batch)
        for (const [index, entry] of batch.entries()) {
          if (failed.has(index)) refuse(entry, failed.get(index))
          else entry.resolve()
        }
      } catch (cause) {
        for (const entry of [...batch, ...queue.splice(0)]) refuse(entry, cause)
      }
    }
    queues.delete(shard)
  }

  return {
    send: ({ accountId, sessionId, shard, encrypted }, command, id) =>
      new Promise<void>((resolve, reject) => {
        const envelope: Envelope = {
          v: versionOf(command),
          id,
          accountId,
          sessionId,
          sentAt: iso(options.now()),
          ...(missed.has(sessionId) ? { behind: true } : {}),
          command,
        }
        const seal = (said: Command, place: string) => concealing.alone(new Concealed(accountId, said), place)
        const entry = { envelope, body: encode(envelope, encrypted && seal), resolve, reject }
        const sending = queues.get(shard)
        if (sending) return void sending.push(entry)
        const queue = [entry]
        queues.set(shard, queue)
        setImmediate(() => void sendAll(shard, queue))
      }),

    async check() {
      const url = queueUrl(options.urlTemplate, 0)
      await sqs.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['QueueArn'] }, patiently())
    },
  }
}

const patiently = () => ({ signal: AbortSignal.timeout(PATIENCE_MS) })

/** How many of the first ones one batch takes; at least one. */
function fitting(entries: Waiting[]): number {
  let bytes = 0
  const full = entries.findIndex(({ body }, index) => {
    bytes += Buffer.byteLength(body)
    return index === BATCH || (index > 0 && bytes > BATCH_BYTES)
  })
  return full === -1 ? entries.length : full
}

/**
 * @returns why entries were not taken, by their place in the batch
 * @throws what the client throws when the batch as a whole was not taken
 */
async function carry(sqs: Sqs, url: string, batch: Waiting[]): Promise<Map<number, string | undefined>> {
  const answer = await sqs.call(
    'SendMessageBatch',
    {
      QueueUrl: url,
      Entries: batch.map(({ envelope, body }, index) => ({
        Id: `${index}`,
        MessageBody: body,
        MessageGroupId: groupOf(envelope),
        MessageDeduplicationId: envelope.id,
      })),
    },
    patiently(),
  )
  return new Map((answer.Failed ?? []).map(({ Id, Message }) => [Number(Id), Message]))
}

/** Until then a connector has found in the ledger what the queue did not take, even if it has just died. */
const MISSED_FOR_MS = 60_000

/** Sessions of which the queue has lately not taken something: what follows must not overtake it. */
class Missed {
  readonly #now: Clock
  readonly #until = new Map<string, number>()

  constructor(now: Clock) {
    this.#now = now
  }

  add(sessionId: string): void {
    for (const [id, until] of this.#until) if (until <= this.#now()) this.#until.delete(id)
    this.#until.set(sessionId, this.#now() + MISSED_FOR_MS)
  }

  has(sessionId: string): boolean {
    return (this.#until.get(sessionId) ?? 0) > this.#now()
  }
}
