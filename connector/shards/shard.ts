/**
 * One shard that this connector owns: its sessions, each under a supervisor, its command queue, and the looks at the
 * table that make good what the queue has lost. It ends with all of them. Messages of one session are taken in the
 * order of their acceptance: what waits in the ledger when the shard is acquired goes before what the queue hands out,
 * and what comes from both goes one after the other.
 */
import PQueue from 'p-queue'
import { Content } from '#core/contract/content.ts'
import { sessionOfGroup } from '#core/contract/envelope.ts'
import type { HandoverFacts } from '#core/contract/fleet.ts'
import type { Message } from '#core/message.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import { Consumer, type ConsumerParts, type Received } from '../commands/consumer.ts'
import { type Recipient, route } from '../commands/route.ts'
import type { Origin } from '../leases/origin.ts'
import { pauses } from '../pauses.ts'
import type { Outcome, Send } from '../supervisor/outbox.ts'
import type { SupervisorParts } from '../supervisor/parts.ts'
import { Supervisor } from '../supervisor/supervisor.ts'
import type { Timing } from '../timing.ts'
import { handoverFacts } from './handover.ts'
import { Lanes } from './lanes.ts'
import { Looks } from './looks.ts'

export type ShardParts = {
  supervisor: Omit<SupervisorParts, 'onGone' | 'isOurs' | 'catchUp'>
  queue: Pick<ConsumerParts, 'sqs' | 'end' | 'onTaken' | 'open'> & { url(shard: number): string }
  /** Sessions that are wanted or of which something is asked; the list may lag behind. */
  sessionsOf(shard: number): AsyncIterable<Session>
  pendingIntents(shard: number): Promise<Session[]>
  isOurs(shard: number, epoch: number): Promise<boolean>
  /** Messages that nobody has taken, in the order of their acceptance. */
  backlog(shard: number): Promise<Message[]>
  /** Those of them that were accepted before this time, and that nobody carries at present. */
  overlooked(shard: number, acceptedBefore: number): Promise<Message[]>
  /** Its sessions, which somebody else had before, are connected here. */
  handedOver(facts: Omit<HandoverFacts, 'to'>): void
  timing: Timing
  now: Clock
  log: Log
}

const PARALLEL_READS = 16

export class Shard {
  readonly shard: number
  readonly epoch: number
  readonly #parts: ShardParts
  readonly #why: string
  readonly #origin: Origin | undefined
  readonly #log: Log
  readonly #supervisors = new Map<string, Supervisor>()
  readonly #finding = new Map<string, Promise<Supervisor | undefined>>()
  /** Sessions whose messages are being taken from the ledger. */
  readonly #taking = new Set<string>()
  readonly #lanes = new Lanes()
  /** The backlog has its place in the lanes. */
  readonly #caughtUp = Promise.withResolvers<void>()
  readonly #reads = new PQueue({ concurrency: PARALLEL_READS })
  readonly #consumer: Consumer
  readonly #looks: Looks
  #isLeaving = false

  /** @param why the reason that its sessions show while they are connected for the first time */
  constructor(shard: number, epoch: number, why: string, parts: ShardParts, origin?: Origin) {
    this.shard = shard
    this.epoch = epoch
    this.#why = why
    this.#origin = origin
    this.#parts = parts
    this.#log = parts.log.child({ shard })
    this.#looks = new Looks(parts.supervisor.random, this.#log)
    this.#consumer = new Consumer({
      ...parts.queue,
      url: parts.queue.url(shard),
      waitSeconds: parts.timing.COMMAND_WAIT_SECONDS,
      handle: (sessionId, commands) => this.#handle(sessionId, commands),
      now: parts.now,
      log: this.#log,
    })
  }

  get supervisors(): Iterable<Supervisor> {
    return this.#supervisors.values()
  }

  get queueFailingSince(): number | undefined {
    return this.#consumer.failingSince
  }

  start(): void {
    const { INTENT_POLL_MS, OVERLOOKED_AFTER_MS, RECONCILE_MS } = this.#parts.timing
    this.#consumer.start()
    void this.#loadAll()
    this.#looks.every(INTENT_POLL_MS, () => this.#lookForIntents())
    this.#looks.every(OVERLOOKED_AFTER_MS, () => this.#takeOverlooked(OVERLOOKED_AFTER_MS))
    this.#looks.every(RECONCILE_MS, () => this.#reconcile())
  }

  tick(): void {
    for (const supervisor of this.#supervisors.values()) supervisor.tick()
  }

  /**
   * Resolves when no socket is open any more.
   * @param isPlanned what is under way is finished first
   */
  async release(isPlanned: boolean): Promise<void> {
    this.#isLeaving = true
    this.#caughtUp.resolve()
    this.#looks.stop()
    this.#consumer.stop()
    this.#reads.clear()
    const released = [...this.#supervisors.values()].map((supervisor) => supervisor.release(isPlanned))
    await Promise.all(released)
    if (isPlanned) await this.#consumer.finished()
  }

  async #loadAll(): Promise<void> {
    for (const pause of pauses(250, 2_000)) {
      if (this.#isLeaving) return
      try {
        await this.#reconcile()
        // What the former owner was handed by the queue and did not get done is not waited for.
        this.#takeFromLedger(await this.#parts.backlog(this.shard))
        this.#caughtUp.resolve()
        return await this.#tellHandover()
      } catch (error) {
        this.#log.warn({ err: error }, 'the sessions could not be listed yet')
        await pause()
      }
    }
  }

  async #tellHandover(): Promise<void> {
    if (!this.#origin) return
    const facts = await handoverFacts({
      shard: this.shard,
      epoch: this.epoch,
      origin: this.#origin,
      supervisors: () => this.supervisors,
      isOver: () => this.#isLeaving,
      now: this.#parts.now,
    })
    this.#parts.handedOver(facts)
  }

  async #reconcile(): Promise<void> {
    for await (const session of this.#parts.sessionsOf(this.shard)) this.#meet(session)
    await this.#reads.onIdle()
    for (const supervisor of this.#supervisors.values())
      if (supervisor.isAtRest && !this.#isLeaving) void supervisor.release(true)
  }

  async #lookForIntents(): Promise<void> {
    for (const session of await this.#parts.pendingIntents(this.shard)) this.#meet(session)
  }

  /** The queue may keep a command from us: handed to somebody who died, or to a line that was cut. */
  async #takeOverlooked(age: number): Promise<void> {
    await this.#caughtUp.promise
    this.#takeFromLedger(await this.#parts.overlooked(this.shard, this.#parts.now() - age))
  }

  #takeFromLedger(found: Message[]): void {
    for (const [sessionId, messages] of Map.groupBy(found, (message) => message.sessionId)) {
      if (this.#taking.has(sessionId)) continue
      this.#taking.add(sessionId)
      void this.#lanes
        .run(sessionId, () => this.#untilDone(sessionId, messages.map(sendOf), (to, sends) => to.take(sends)))
        .finally(() => this.#taking.delete(sessionId))
    }
  }

  /** The list may lag behind, so an unknown session is read anew. */
  #meet(session: Session): void {
    const known = this.#supervisors.get(session.id)
    if (known) known.update(session)
    else
      void this.#reads
        .add(() => this.#supervisorOf(session.id))
        .catch((error: unknown) =>
          this.#log.warn({ err: error, sessionId: session.id }, 'session not read yet'),
        )
  }

  async #handle(group: string, commands: Received[]): Promise<Outcome[]> {
    const sessionId = sessionOfGroup(group)
    if (commands.every(({ command }) => command.type === 'session.request')) {
      const recipient = await this.#recipient(sessionId)
      return recipient ? route(recipient, commands) : commands.map(() => 'done')
    }
    await this.#caughtUp.promise
    const work = commands.some(({ behind }) => behind) ? this.#behindLedger(sessionId) : route
    const done = await this.#lanes.run(sessionId, () => this.#untilDone(sessionId, commands, work))
    return commands.map((_, index) => (index < done ? 'done' : 'later'))
  }

  /** Commands that may have overtaken others: what waits in the ledger goes first. */
  #behindLedger(sessionId: string): typeof route {
    return async (to, commands) => {
      const own = await this.#backlogOf(sessionId)
      const outcomes = await to.take(own.map(sendOf))
      return outcomes.includes('later') ? commands.map(() => 'later') : route(to, commands)
    }
  }

  async #backlogOf(sessionId: string): Promise<Message[]> {
    const waiting = await this.#parts.backlog(this.shard)
    return waiting.filter((message) => message.sessionId === sessionId)
  }

  /**
   * What cannot be done now waits here, out of sight of the queue, for as long as the shard is ours.
   * @returns how many of them, from the first, are done
   */
  async #untilDone<T>(
    sessionId: string,
    all: T[],
    work: (recipient: Recipient, some: T[]) => Promise<Outcome[]>,
  ): Promise<number> {
    let done = 0
    for (const pause of pauses(100, 2_000)) {
      if (this.#isLeaving) return done
      try {
        const recipient = await this.#recipient(sessionId)
        // Nothing is left to do for a session that does not exist; a shard that leaves does nothing any more.
        if (!recipient) return this.#isLeaving ? done : all.length
        const outcomes = await work(recipient, all.slice(done))
        const left = outcomes.indexOf('later')
        done += left < 0 ? outcomes.length : left
        if (done === all.length) return done
      } catch (error) {
        this.#log.warn({ err: error, sessionId }, 'commands wait')
      }
      await pause()
    }
    return done
  }

  async #recipient(sessionId: string): Promise<Recipient | undefined> {
    const supervisor = await this.#supervisorOf(sessionId)
    return (
      supervisor && {
        take: (sends) => supervisor.take(sends),
        answer: (request) => supervisor.answer(request),
        look: async () => {
          const session = await this.#parts.supervisor.find(sessionId)
          if (session) supervisor.update(session)
        },
      }
    )
  }

  /** Undefined when there is no such session. */
  #supervisorOf(sessionId: string): Promise<Supervisor | undefined> {
    const known = this.#supervisors.get(sessionId)
    if (known) return Promise.resolve(known)
    const finding =
      this.#finding.get(sessionId) ??
      this.#supervise(sessionId).finally(() => this.#finding.delete(sessionId))
    this.#finding.set(sessionId, finding)
    return finding
  }

  async #supervise(sessionId: string): Promise<Supervisor | undefined> {
    const session = await this.#parts.supervisor.find(sessionId)
    if (!session || session.shard !== this.shard || this.#isLeaving) return
    const supervisor: Supervisor = new Supervisor(session, this.epoch, this.#why, {
      ...this.#parts.supervisor,
      isOurs: () => this.#parts.isOurs(this.shard, this.epoch),
      catchUp: () =>
        void this.#backlogOf(sessionId).then(
          (own) => this.#takeFromLedger(own),
          (err: unknown) =>
            this.#log.warn({ err, sessionId }, 'what waits in the ledger is left to the sweeper'),
        ),
      onGone: (id) => {
        if (this.#supervisors.get(id) === supervisor) this.#supervisors.delete(id)
      },
    })
    this.#supervisors.set(sessionId, supervisor)
    supervisor.update(session)
    return supervisor
  }
}

const sendOf = (message: Message): Send => ({
  messageId: message.id,
  to: message.chatId,
  content: Content.parse(message),
  acceptedAt: message.times.accepted ?? message.timestamp,
  recipients: message.recipients,
  isRepeat: true,
})
