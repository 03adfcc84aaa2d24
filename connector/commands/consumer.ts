/**
 * Takes commands from the queue of one shard. Commands of one session are handled in order and together, those of
 * different sessions side by side; a command leaves the queue only when it is done, stays invisible for as long as it
 * is being worked on, and a queue that is away is asked again for ever.
 */
import type { Message } from '@aws-sdk/client-sqs'
import { decode, type Envelope, type Opening } from '#core/contract/command.ts'
import type { Sqs } from '#core/platform/aws/sqs.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import { pauses } from '../pauses.ts'
import type { Outcome } from '../supervisor/outbox.ts'
import { within } from '../within.ts'

/** `isRepeat`: the queue has handed it out before, so it may have been done. */
export type Received = Envelope & { isRepeat: boolean }

export type ConsumerParts = {
  sqs: Sqs
  url: string
  /** How long one look at the queue waits for something to come. */
  waitSeconds: number
  /** Cuts the looks that are under way: this process ends. */
  end: AbortSignal
  /** A command has come, and was under way for so long. */
  onTaken?(ageMs: number): void
  /** Commands of one session, in order; answers for each of them. */
  handle(sessionId: string, commands: Received[]): Promise<Outcome[]>
  /** Opens what is sealed. */
  open?: Opening | undefined
  now: Clock
  log: Log
}

const BATCH = 10
/** How long a command stays invisible without news from us, and how often we send some. */
const INVISIBLE_SECONDS = 15
const NEWS_MS = 5_000
/** With so many commands at work nothing more is taken. */
const AT_WORK = 300
const STOP_MS = 2_000

export class Consumer {
  readonly #parts: ConsumerParts
  readonly #work = new Set<Promise<void>>()
  #atWork = 0
  #isStopped = false
  /** When the queue began to fail (ms since 1970); undefined while it answers. */
  failingSince: number | undefined

  constructor(parts: ConsumerParts) {
    this.#parts = parts
  }

  start(): void {
    void this.#receiveForEver()
  }

  /**
   * Takes nothing more. A look that is under way goes on, because a queue may still hand a command to somebody who has
   * hung up; what it finds is given back at once.
   */
  stop(): void {
    this.#isStopped = true
  }

  /** Resolves when everything that was taken is done or given back, or soon after. */
  async finished(): Promise<void> {
    await within(STOP_MS, Promise.all(this.#work), 'finishing commands').catch((error) =>
      this.#parts.log.warn({ err: error }, 'commands were left to the next owner'),
    )
  }

  get #isOver(): boolean {
    return this.#isStopped || this.#parts.end.aborted
  }

  async #receiveForEver(): Promise<void> {
    let retry = pauses(250, 2_000)
    while (!this.#isOver) {
      try {
        while (this.#atWork >= AT_WORK) await Promise.race(this.#work)
        const messages = await this.#receive()
        if (this.failingSince !== undefined) this.#parts.log.info('command queue again')
        this.failingSince = undefined
        retry = pauses(250, 2_000)
        if (this.#isStopped) return await this.#setVisibility(messages, 0)
        for (const [sessionId, group] of bySession(messages)) this.#begin(sessionId, group)
      } catch (error) {
        if (this.#isOver) return
        if (this.failingSince === undefined) this.#parts.log.warn({ err: error }, 'command queue unavailable')
        this.failingSince ??= this.#parts.now()
        await retry.next().value()
      }
    }
  }

  async #receive(): Promise<Message[]> {
    const { sqs, url } = this.#parts
    const { Messages = [] } = await sqs.call(
      'ReceiveMessage',
      {
        QueueUrl: url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: this.#parts.waitSeconds,
        VisibilityTimeout: INVISIBLE_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
      },
      { signal: this.#parts.end },
    )
    return Messages
  }

  #begin(sessionId: string, messages: Message[]): void {
    this.#atWork += messages.length
    const work: Promise<void> = this.#handle(sessionId, messages).finally(() => {
      this.#atWork -= messages.length
      this.#work.delete(work)
    })
    this.#work.add(work)
  }

  async #handle(sessionId: string, messages: Message[]): Promise<void> {
    const { log } = this.#parts
    const readable = messages.flatMap((message) => this.#read(message) ?? [])
    const news = setInterval(() => void this.#setVisibility(messages, INVISIBLE_SECONDS), NEWS_MS)
    try {
      const outcomes = await this.#parts.handle(
        sessionId,
        readable.map(({ command }) => command),
      )
      const done = readable.filter((_, index) => outcomes[index] === 'done').map(({ message }) => message)
      await this.#remove(done)
      await this.#setVisibility(
        messages.filter((message) => !done.includes(message)),
        1,
      )
    } catch (error) {
      log.error({ err: error, sessionId }, 'commands not handled; they come again')
    } finally {
      clearInterval(news)
    }
  }

  /** Undefined for what is no command of ours: it comes again until the queue sets it aside. */
  #read(message: Message): { message: Message; command: Received } | undefined {
    const received = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
    try {
      const envelope = decode(message.Body ?? '', this.#parts.open)
      this.#parts.onTaken?.(Math.max(0, this.#parts.now() - Date.parse(envelope.sentAt)))
      return { message, command: { ...envelope, isRepeat: received > 1 } }
    } catch (error) {
      const { name } = error as Error
      this.#parts.log.error({ messageId: message.MessageId, received, reason: name }, 'poisonous command')
      return undefined
    }
  }

  async #remove(messages: Message[]): Promise<void> {
    if (messages.length === 0) return
    const { sqs, url, log } = this.#parts
    try {
      await sqs.call('DeleteMessageBatch', { QueueUrl: url, Entries: messages.map(entryOf) })
    } catch (error) {
      log.warn({ err: error }, 'commands not taken off the queue; the ledger knows them when they come again')
    }
  }

  async #setVisibility(messages: Message[], seconds: number): Promise<void> {
    if (messages.length === 0) return
    const { sqs, url, log } = this.#parts
    const Entries = messages.map((message, index) => ({
      ...entryOf(message, index),
      VisibilityTimeout: seconds,
    }))
    try {
      await sqs.call('ChangeMessageVisibilityBatch', { QueueUrl: url, Entries })
    } catch (error) {
      log.warn({ err: error }, 'commands may be handed out again too early')
    }
  }
}

const entryOf = ({ ReceiptHandle }: Message, index: number) => ({ Id: `${index}`, ReceiptHandle })

function bySession(messages: Message[]): Map<string, Message[]> {
  return Map.groupBy(messages, ({ Attributes }) => Attributes?.MessageGroupId ?? '')
}
