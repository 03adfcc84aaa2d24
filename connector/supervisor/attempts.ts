/**
 * Counts attempts in a row that did not lead to a connection that held, and says how long to wait before the next one.
 * A connection has to hold for a while before the count begins anew, or a line that falls at once would be tried at once
 * for ever.
 */
import type { Timing } from '../timing.ts'
import { backOff } from './backoff.ts'

/** A store that is back is not kept waiting, however long it was away. */
const STORE_RETRY_MS = 2_000

export class Attempts {
  readonly #timing: Pick<Timing, 'STABLE_AFTER_MS' | 'BACKOFF_CAP_MS'>
  readonly #random: () => number
  #count = 0
  #pauses = 0
  #stable: NodeJS.Timeout | undefined

  constructor(timing: Pick<Timing, 'STABLE_AFTER_MS' | 'BACKOFF_CAP_MS'>, random: () => number) {
    this.#timing = timing
    this.#random = random
  }

  get count(): number {
    return this.#count
  }

  /** Begins anew, because a person asked for it. */
  reset(): void {
    this.leave()
    this.#count = this.#pauses = 0
  }

  /** A connection is open. */
  opened(): void {
    this.leave()
    this.#stable = setTimeout(() => this.reset(), this.#timing.STABLE_AFTER_MS)
  }

  failed(): void {
    this.#count++
  }

  /** The connection is no more, or nobody cares. */
  leave(): void {
    clearTimeout(this.#stable)
  }

  /** In ms. @param interval the session's `reconnectInterval` */
  pause(reason: string, interval: number): number {
    return reason === 'store_unavailable'
      ? backOff(1, STORE_RETRY_MS, STORE_RETRY_MS, this.#random)
      : backOff(++this.#pauses, interval, this.#timing.BACKOFF_CAP_MS, this.#random)
  }
}
