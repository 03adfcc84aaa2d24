/**
 * Looks at things again and again, each at its own period: none while the one before goes on, so that a store that is slow
 * is not asked ever more; and the first at a moment of chance, so that what begins together does not ask together.
 */
import type { Log } from '#core/platform/log.ts'

export class Looks {
  readonly #random: () => number
  readonly #log: Log
  readonly #timers = new Set<NodeJS.Timeout>()
  #isStopped = false

  /** @param random from 0 to 1 */
  constructor(random: () => number, log: Log) {
    this.#random = random
    this.#log = log
  }

  /** @param period in ms. What fails is done at its next turn */
  every(period: number, look: () => Promise<void>): void {
    let isLooking = false
    const turn = async () => {
      if (isLooking) return
      isLooking = true
      try {
        await look()
      } catch (err) {
        this.#log.warn({ err }, 'the sessions could not be looked at')
      } finally {
        isLooking = false
      }
    }
    const first = setTimeout(() => {
      this.#timers.delete(first)
      if (this.#isStopped) return
      this.#timers.add(setInterval(() => void turn(), period))
      void turn()
    }, this.#random() * period)
    this.#timers.add(first)
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
