/**
 * Carries events of all sessions into the log. Each session's events are written in order, one write in flight per
 * session, and sessions share a write when there is much to do. A promise resolves only when its events are stored; a
 * store that fails is tried for ever, so that what a device handed on is dropped nowhere. Whoever else writes to a
 * session's log takes turns with it (`exclusively`).
 */
import type { Event } from '#core/contract/event.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import { pauses } from '../pauses.ts'
import { within } from '../within.ts'
import { isPermanent } from './permanent.ts'

export type AppenderParts = {
  /** Stores events, of any sessions, all or nothing; repeating it is safe. */
  append(events: Event[]): Promise<void>
  now: Clock
  log: Log
  /** Events in one write, and writes in flight. */
  limits?: { events: number; writes: number }
}

type Waiting = { events: Event[]; resolve: () => void }
type Turn = () => Promise<void>
const LIMITS = { events: 40, writes: 4 }
/** A write that takes longer counts as failed and is repeated. */
const PATIENCE_MS = 15_000

export class Appender {
  readonly #parts: AppenderParts
  readonly #limits: { events: number; writes: number }
  readonly #queues = new Map<string, Waiting[]>()
  readonly #turns = new Map<string, Turn[]>()
  readonly #busy = new Set<string>()
  #writes = 0
  #scheduled = false
  #stopped = false
  /** When the log began to refuse events (ms since 1970); undefined while it takes them. */
  failingSince: number | undefined

  constructor(parts: AppenderParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? LIMITS
  }

  /** Resolves when all of them are stored. */
  append(sessionId: string, events: Event[]): Promise<void> {
    if (events.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const queue = this.#queues.get(sessionId)
      if (queue) queue.push({ events, resolve })
      else this.#queues.set(sessionId, [{ events, resolve }])
      this.#schedule()
    })
  }

  /** Runs work when no write of the session's events is in flight, and holds them back until it has ended. */
  exclusively<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const turn = () => work().then(resolve, reject)
      this.#turns.set(sessionId, [...(this.#turns.get(sessionId) ?? []), turn])
      this.#takeTurn(sessionId)
    })
  }

  /** Stores events at once. Only for work that runs exclusively: appending would wait for its own end. */
  store(events: Event[]): Promise<void> {
    return this.#store(events)
  }

  /** How many sessions have events that are not stored yet. */
  get waiting(): number {
    return new Set([...this.#queues.keys(), ...this.#busy]).size
  }

  /** Gives up what is not stored: the devices still have it, and hand it on again. */
  stop(): void {
    this.#stopped = true
    this.#queues.clear()
  }

  /** What comes in one turn of the event loop goes out together. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#writes < this.#limits.writes) {
        const batch = this.#take()
        if (batch.size === 0) return
        void this.#write(batch)
      }
    })
  }

  #take(): Map<string, Waiting[]> {
    const batch = new Map<string, Waiting[]>()
    let room = this.#limits.events
    for (const [sessionId, queue] of this.#queues) {
      if (this.#busy.has(sessionId)) continue
      const taken: Waiting[] = []
      const fits = (next: Waiting) => next.events.length <= room || room === this.#limits.events
      while (queue[0] && fits(queue[0])) {
        room -= queue[0].events.length
        taken.push(queue.shift() as Waiting)
      }
      if (taken.length === 0) continue
      if (queue.length === 0) this.#queues.delete(sessionId)
      this.#busy.add(sessionId)
      batch.set(sessionId, taken)
      if (room <= 0) break
    }
    return batch
  }

  async #write(batch: Map<string, Waiting[]>): Promise<void> {
    this.#writes++
    await this.#store([...batch.values()].flat().flatMap(({ events }) => events))
    this.#writes--
    for (const [sessionId, taken] of batch) {
      this.#busy.delete(sessionId)
      this.#behindTheOthers(sessionId)
      this.#takeTurn(sessionId)
      if (!this.#stopped) for (const { resolve } of taken) resolve()
    }
    if (this.#queues.size > 0) this.#schedule()
  }

  #takeTurn(sessionId: string): void {
    if (this.#busy.has(sessionId)) return
    const [turn, ...later] = this.#turns.get(sessionId) ?? []
    if (!turn) return
    if (later.length > 0) this.#turns.set(sessionId, later)
    else this.#turns.delete(sessionId)
    this.#busy.add(sessionId)
    void turn().finally(() => {
      this.#busy.delete(sessionId)
      this.#takeTurn(sessionId)
      if (this.#queues.size > 0) this.#schedule()
    })
  }

  #behindTheOthers(sessionId: string): void {
    const queue = this.#queues.get(sessionId)
    if (!queue) return
    this.#queues.delete(sessionId)
    this.#queues.set(sessionId, queue)
  }

  async #store(events: Event[]): Promise<void> {
    const { append, now, log } = this.#parts
    for (const pause of pauses(100, 2_000)) {
      if (this.#stopped) return
      try {
        await within(PATIENCE_MS, append(events), 'an append to the event log')
        if (this.failingSince !== undefined)
          log.info({ failedForMs: now() - this.failingSince }, 'event log again')
        this.failingSince = undefined
        return
      } catch (error) {
        if (isPermanent(error)) return this.#apart(events, error)
        if (this.failingSince === undefined) log.warn({ err: error }, 'store unavailable: events wait')
        this.failingSince ??= now()
        await pause()
      }
    }
  }

  /** One event that no store would ever take must not hold up the others. */
  async #apart(events: Event[], error: unknown): Promise<void> {
    const [first, ...others] = events
    if (first && others.length === 0) {
      const { id, type, sessionId } = first
      this.#parts.log.error({ err: error, id, type, sessionId }, 'event dropped: it cannot be stored')
      return
    }
    for (const event of events) await this.#store([event])
  }
}
