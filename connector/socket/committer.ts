/**
 * Makes the write set durable, one commit in flight per device (R3): everything that waits goes together. An error is
 * answered by the very same commit again, for as long as it takes; being fenced is answered by death.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type DeviceStore, Fenced, type Group } from '#core/device/index.ts'
import { outside } from './context.ts'
import { asError, textOf } from './errors.ts'
import { nextGroups } from './groups.ts'
import type { WriteSet } from './write-set.ts'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000
/** Longer than a phone takes to report a delivery, so that one commit clears up after both. */
const LAZY_MS = 1000

export type CommitterOptions = {
  store: DeviceStore
  set: WriteSet
  log: Logger
  now: () => number
  /** After each commit, when `durable` has risen. */
  onDurable(): void
  /** Fenced: nothing may leave any more. */
  onDead(error: Error): void
}

export class Committer {
  commits = 0
  errors = 0
  latency = 0
  since: number | undefined
  lastError: string | undefined

  readonly #options: CommitterOptions
  #running = false
  #lazy: NodeJS.Timeout | undefined
  #stop = new AbortController()
  #waiting: { seq: number; resolve(): void; reject(error: Error): void }[] = []

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Something was applied. Lazy changes wait a little for others to ride with. */
  kick(lazy: boolean): void {
    if (this.#running || this.#stop.signal.aborted || this.#options.set.pendingUnits === 0) return
    if (lazy) {
      this.#lazy ??= setTimeout(() => this.kick(false), LAZY_MS)
      return
    }
    clearTimeout(this.#lazy)
    this.#lazy = undefined
    this.#running = true
    outside(() => setImmediate(() => void this.#run()))
  }

  /** Rejects with the error the device died of. */
  whenDurable(seq: number): Promise<void> {
    const { set } = this.#options
    if (seq <= set.durable) return Promise.resolve()
    if (set.dead) return Promise.reject(set.dead)
    return new Promise((resolve, reject) => this.#waiting.push({ seq, resolve, reject }))
  }

  /** Gives up what is not durable yet; none of it has left this process. */
  stop(error: Error): void {
    clearTimeout(this.#lazy)
    this.#stop.abort()
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error)
  }

  async #run(): Promise<void> {
    const { set, store, onDurable } = this.#options
    try {
      do {
        const { units, groups } = nextGroups(set.pending(), store, set.mark)
        set.take(units.length)
        for (const group of groups) await this.#commit(group)
        set.settle(units.at(-1)?.seq ?? set.durable, units)
        onDurable()
        while ((this.#waiting[0]?.seq ?? Number.POSITIVE_INFINITY) <= set.durable)
          this.#waiting.shift()?.resolve()
      } while (set.hard > set.durable && !this.#stop.signal.aborted)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.onDead(asError(error))
    } finally {
      this.#running = false
      if (set.pendingUnits > 0) this.kick(true)
    }
  }

  async #commit(group: Group): Promise<void> {
    const { store, now, log } = this.#options
    const { signal } = this.#stop
    this.since = now()
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      try {
        await store.commit(group)
        break
      } catch (error) {
        if (error instanceof Fenced) throw error
        this.errors++
        const isFirst = this.lastError === undefined
        this.lastError = textOf(error)
        if (isFirst)
          log.warn({ error: this.lastError }, 'device state could not be committed; it is tried until it is')
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal })
      }
    }
    signal.throwIfAborted()
    this.commits++
    this.latency = now() - this.since
    if (this.lastError !== undefined)
      log.info({ failedForMs: this.latency }, 'device state is committed again')
    this.since = undefined
    this.lastError = undefined
  }
}
