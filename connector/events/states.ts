/**
 * Writes down what sessions are: each session's changes in order, the last one never lost, tried again for as long as
 * the store is away. A write that is fenced ends the session's life here, because another connector owns it.
 */
import PQueue from 'p-queue'
import type { Event } from '#core/contract/event.ts'
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import type { StateChange } from '#core/sessions/index.ts'
import { pauses } from '../pauses.ts'
import { within } from '../within.ts'
import type { Draft, InOrder } from './order.ts'
import { isPermanent } from './permanent.ts'

/** Whose state it is. `session` answers the session as it was last read or written. */
export type Subject = {
  epoch: number
  session(): Session
  /** Changes that are told in the log take their turn there. */
  inOrder: InOrder
  /** The events have their ids by then. */
  onWritten(change: Omit<Change, 'events'>, events: Event[]): void
  onFenced(): void
}
export type Change = Omit<StateChange, 'epoch'> & { events: Draft[] }
export type Record = (session: Session, change: StateChange, events: Event[]) => Promise<'written' | 'fenced'>

const WRITES = 16
/** So many changes of one session wait side by side; beyond it the oldest are joined. */
const KEPT = 20
const PATIENCE_MS = 15_000

export class StateWriter {
  readonly #record: Record
  readonly #newEventId: () => string
  readonly #log: Log
  readonly #queue = new PQueue({ concurrency: WRITES })
  readonly #waiting = new Map<Subject, Change[]>()
  readonly #writing = new Map<Subject, Promise<void>>()
  readonly #forgotten = new WeakSet<Subject>()

  constructor(record: Record, newEventId: () => string, log: Log) {
    this.#record = record
    this.#newEventId = newEventId
    this.#log = log
  }

  record(subject: Subject, change: Change): void {
    if (this.#forgotten.has(subject)) return
    const waiting = this.#waiting.get(subject) ?? []
    waiting.push(change)
    if (waiting.length > KEPT) waiting.unshift(joined(...(waiting.splice(0, 2) as [Change, Change])))
    this.#waiting.set(subject, waiting)
    if (this.#writing.has(subject)) return
    const done = this.#writeAll(subject).finally(() => this.#writing.delete(subject))
    this.#writing.set(subject, done)
  }

  /** Whether something of it is still to be written. */
  isBusy(subject: Subject): boolean {
    return this.#writing.has(subject)
  }

  /** Resolves when everything that was recorded so far is written, or given up. */
  async flush(subject: Subject): Promise<void> {
    await this.#writing.get(subject)
  }

  /** Gives up what is not written: nothing of it is ours to write any more. */
  forget(subject: Subject): void {
    this.#forgotten.add(subject)
    this.#waiting.delete(subject)
  }

  async #writeAll(subject: Subject): Promise<void> {
    for (let next = this.#next(subject); next; next = this.#next(subject)) await this.#write(subject, next)
  }

  #next(subject: Subject): Change | undefined {
    const waiting = this.#waiting.get(subject)
    const next = waiting?.shift()
    if (!next) this.#waiting.delete(subject)
    return next
  }

  #write(subject: Subject, { events, ...change }: Change): Promise<void> {
    if (events.length === 0) return this.#store(subject, change, [])
    return subject.inOrder(() =>
      this.#store(
        subject,
        change,
        events.map((event) => ({ ...event, id: this.#newEventId() })),
      ),
    )
  }

  async #store(subject: Subject, change: Omit<Change, 'events'>, events: Event[]): Promise<void> {
    let failed = false
    for (const pause of pauses(100, 2_000)) {
      if (this.#forgotten.has(subject)) return
      try {
        const write = () => this.#record(subject.session(), { ...change, epoch: subject.epoch }, events)
        const answer = await this.#queue.add(() => within(PATIENCE_MS, write(), 'the write of a state'))
        if (failed) this.#log.info({ sessionId: subject.session().id }, 'state written again')
        if (answer === 'written') return subject.onWritten(change, events)
        this.forget(subject)
        return subject.onFenced()
      } catch (error) {
        const sessionId = subject.session().id
        if (isPermanent(error))
          return this.#log.error({ err: error, sessionId }, 'state dropped: it cannot be stored')
        if (!failed) this.#log.warn({ err: error, sessionId }, 'store unavailable: a state waits')
        failed = true
        await pause()
      }
    }
  }
}

/** Two changes as one: what the later says, where it says something; reason, action and QR go with their status. */
function joined(earlier: Change, later: Change): Change {
  const { reason, action, qr, ...lasting } = earlier.state
  return {
    ...earlier,
    ...later,
    state: { ...lasting, ...later.state },
    events: [...earlier.events, ...later.events],
  }
}
