/**
 * Says that this connector lives, and knows for how long that holds. Each heartbeat is good for its own: what it promises
 * counts from before it was sent, an answer that is late costs nothing while a later one gets through, and answers may
 * come in any order. When the promise runs out, `onLapse` is told a margin before anybody else could act upon it.
 */
import type { ConnectorRecord } from '#core/lease.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Timing } from '../timing.ts'
import { TookTooLong, within } from '../within.ts'

export type HeartbeatTiming = Pick<Timing, 'HEARTBEAT_MS' | 'LEASE_TTL_MS' | 'FENCE_MARGIN_MS'>

export type HeartbeatParts = {
  register(connector: ConnectorRecord): Promise<void>
  /** False when another process runs under this id. */
  beat(connector: ConnectorRecord): Promise<boolean>
  /** What the fleet is told of this connector. */
  about(): Omit<ConnectorRecord, 'beat' | 'beatAt' | 'until'>
  timing: HeartbeatTiming
  now: Clock
  monotonic: Clock
  log: Log
  /** @param lateMs how much too late this comes, because the process was paused or starved; about 0 otherwise */
  onLapse(lateMs: number): void
  onSuperseded(): void
}

type Write = (record: ConnectorRecord) => Promise<boolean>

export class Heartbeat {
  readonly #parts: HeartbeatParts
  readonly #timers = new Set<NodeJS.Timeout>()
  #fence: NodeJS.Timeout | undefined
  #deadline = 0
  #sent = 0
  #isStopped = false
  /** When heartbeats began to fail, or to be answered late (ms since 1970); undefined while they get through in time. */
  failingSince: number | undefined

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
  }

  /** Whether what was promised last holds, with the margin. */
  get holds(): boolean {
    return this.#parts.monotonic() < this.#deadline
  }

  /** Announces this connector, repeating until the store answers, and goes on by itself. */
  async start(): Promise<void> {
    const announce: Write = async (record) => {
      await this.#parts.register(record)
      return true
    }
    while (!this.#isStopped && !(await this.#renew(announce))) await this.#pause(RETRY_MS)
    if (!this.#isStopped) void this.#beatForEver()
  }

  /** One heartbeat now. False when it did not get through. */
  beat(): Promise<boolean> {
    return this.#renew((record) => this.#parts.beat(record))
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    clearTimeout(this.#fence)
  }

  /**
   * The store is not waited for: while it is slow, one heartbeat follows the other until the last one is answered. And
   * while answers are not as quick as they should be, the next one is sent early, because it may take longer still.
   */
  async #beatForEver(): Promise<void> {
    const { timing, monotonic } = this.#parts
    let pause = timing.HEARTBEAT_MS
    while (!this.#isStopped) {
      await this.#pause(pause)
      if (this.#isStopped) return
      if (!this.holds) this.#lapse()
      const sentAt = monotonic()
      const renewed = await Promise.race([this.beat(), this.#pause(IMPATIENT_MS)])
      const took = monotonic() - sentAt
      if (renewed) pause = took < QUICK_MS ? timing.HEARTBEAT_MS - took : IMPATIENT_MS
      else pause = renewed === false ? RETRY_MS : 0
    }
  }

  async #renew(write: Write): Promise<boolean> {
    const { monotonic, timing, onSuperseded } = this.#parts
    const { HEARTBEAT_MS, LEASE_TTL_MS, FENCE_MARGIN_MS } = timing
    const patience = LEASE_TTL_MS - FENCE_MARGIN_MS
    const sentAt = monotonic()
    const holdsUntil = sentAt + patience
    /** No matter when a later one got through. */
    const failed = (error: unknown) => this.#deadline < holdsUntil && this.#failed(error)
    const overdue = this.#after(HEARTBEAT_MS, () =>
      failed(new TookTooLong(`no answer within ${HEARTBEAT_MS} ms`)),
    )
    try {
      const accepted = await within(patience, write(this.#record()), 'the heartbeat')
      if (this.#isStopped) return accepted
      if (!accepted) onSuperseded()
      else {
        if (monotonic() - sentAt < HEARTBEAT_MS) this.#succeeded()
        this.#holdUntil(holdsUntil)
      }
      return accepted
    } catch (error) {
      failed(error)
      return false
    } finally {
      this.#clear(overdue)
    }
  }

  #record(): ConnectorRecord {
    const { about, now, timing } = this.#parts
    return { ...about(), beat: ++this.#sent, beatAt: iso(now()), until: now() + timing.LEASE_TTL_MS }
  }

  /** Answers of earlier heartbeats shorten nothing. */
  #holdUntil(deadline: number): void {
    if (deadline <= this.#deadline) return
    this.#deadline = deadline
    clearTimeout(this.#fence)
    const wait = Math.max(1, deadline - this.#parts.monotonic())
    this.#fence = setTimeout(() => this.#lapse(), wait)
  }

  #lapse(): void {
    if (!this.#isStopped && !this.holds) this.#parts.onLapse(this.#parts.monotonic() - this.#deadline)
  }

  #succeeded(): void {
    const { now, log } = this.#parts
    if (this.failingSince !== undefined)
      log.info({ failedForMs: now() - this.failingSince }, 'heartbeats again')
    this.failingSince = undefined
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return
    const { now, log } = this.#parts
    if (this.failingSince === undefined) log.warn({ err: error }, 'store unavailable: the heartbeat failed')
    this.failingSince ??= now()
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#after(milliseconds, resolve))
  }

  #after(milliseconds: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, milliseconds)
    this.#timers.add(timer)
    return timer
  }

  #clear(timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    this.#timers.delete(timer)
  }
}

/** After one that failed. */
const RETRY_MS = 250
/** A heartbeat that is not answered by then is followed by the next. */
const IMPATIENT_MS = 500
/** An answer of a store and a process that are well takes a fraction of this. */
const QUICK_MS = 200
