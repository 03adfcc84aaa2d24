/**
 * Hands durable rows on, in order and at least once (R5). A refusal is answered by the same rows again, later; nothing
 * overtakes them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { outside } from './context.ts'
import { textOf } from './errors.ts'
import type { Row } from './types.ts'

const BATCH = 50
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5000

export type Source = { row(id: string): Row | undefined; handed(id: string): void }

export type DeliveryOptions = {
  deliver(rows: Row[]): Promise<void>
  durable(): number
  sources(): Source[]
  log: Logger
  onChange(): void
}

export class Delivery {
  readonly #options: DeliveryOptions
  #queue: { id: string; seq: number }[] = []
  #running = false
  #stop = new AbortController()
  #idle: (() => void)[] = []

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#queue.length
  }

  /** Rows come in the order of their ids; only those found at the start have to be sorted. */
  queue(id: string, seq: number): void {
    this.#queue.push({ id, seq })
    this.#options.onChange()
  }

  start(): void {
    this.#queue.sort((a, b) => (a.id < b.id ? -1 : 1))
    this.kick()
  }

  /** Something may have become durable. */
  kick(): void {
    if (this.#running || this.#stop.signal.aborted || this.#ready().length === 0) return
    this.#running = true
    void outside(() => this.#run())
  }

  /** Resolves when all rows that are durable now were handed on. */
  whenIdle(): Promise<void> {
    this.kick()
    return this.#running ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve()
  }

  stop(): void {
    this.#stop.abort()
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #ready(): string[] {
    const durable = this.#options.durable()
    const ready: string[] = []
    for (const { id, seq } of this.#queue) {
      if (ready.length === BATCH || seq > durable) break
      ready.push(id)
    }
    return ready
  }

  async #run(): Promise<void> {
    for (let ids = this.#ready(); ids.length > 0 && !this.#stop.signal.aborted; ids = this.#ready()) {
      const sources = this.#options.sources()
      const rows = ids.flatMap((id) => sources.map((source) => source.row(id)).find((row) => row) ?? [])
      if (!(await this.#handOn(rows))) break
      this.#queue.splice(0, ids.length)
      for (const id of ids) for (const source of sources) source.handed(id)
      this.#options.onChange()
    }
    this.#running = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** False when it was stopped before the rows were taken. */
  async #handOn(rows: Row[]): Promise<boolean> {
    const { signal } = this.#stop
    let before: string | undefined
    for (let wait = FIRST_PAUSE_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      try {
        if (rows.length > 0) await this.#options.deliver(rows)
        return !signal.aborted
      } catch (error) {
        const cause = textOf(error)
        if (cause !== before)
          this.#options.log.warn(
            { error: cause, rows: rows.length },
            'rows could not be handed on; it is tried until they are',
          )
        before = cause
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      }
    }
    return false
  }
}
