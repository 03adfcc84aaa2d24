/**
 * How much may wait. Beyond a bound reading pauses and new sends are refused; both end when half of it is free again.
 */
import type { Limits } from './types.ts'

const LIMITS: Limits = { heldBytes: 8 << 20, pendingUnits: 5000, undelivered: 5000 }

export class Pressure {
  refusing = false
  readonly #limits: Limits

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  weigh(waiting: Limits): void {
    const load = Math.max(
      waiting.heldBytes / this.#limits.heldBytes,
      waiting.pendingUnits / this.#limits.pendingUnits,
      waiting.undelivered / this.#limits.undelivered,
    )
    this.refusing = this.refusing ? load >= 0.5 : load > 1
  }
}
