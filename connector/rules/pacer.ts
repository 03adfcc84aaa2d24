/**
 * Spreads the messages of one session over time, so that a burst of requests does not look like one: so many a minute in
 * the long run, some at once after a rest, and a pause of random length between any two. It begins without anything
 * saved up, so neither a new owner nor a new connection lets a burst go.
 */
import type { Clock } from '#core/platform/clock.ts'
import type { Pacing } from '#core/settings.ts'

export type PacerParts = {
  /** As the session wants it at present; undefined lets everything go at once. */
  pacing(): Pacing | undefined
  now: Clock
  /** From 0 to 1. */
  random(): number
}

const MINUTE_MS = 60_000
/** Sums of fractions of a message are a little off. */
const WHOLE = 1 - 1e-6
/** How fast somebody seems to type, and for how long at most and at least. */
const TYPING = { msPerCharacter: 60, least: 800, most: 8_000 }

export class Pacer {
  readonly #parts: PacerParts
  #saved = 0
  #countedAt: number | undefined
  #notBefore = 0

  constructor(parts: PacerParts) {
    this.#parts = parts
  }

  /** How long until the next message may leave, in ms. */
  pause(): number {
    const pacing = this.#count()
    if (!pacing) return 0
    const missing = this.#saved >= WHOLE ? 0 : ((1 - this.#saved) * MINUTE_MS) / pacing.perMinute
    return Math.max(0, Math.ceil(missing), this.#notBefore - this.#parts.now())
  }

  /** About how long a message waits that has so many before it, in ms. */
  ahead(others: number): number {
    const { pacing } = this.#parts
    const chosen = pacing()
    if (!chosen) return 0
    const { minDelayMs: least, maxDelayMs: most } = chosen
    const each = Math.max(MINUTE_MS / chosen.perMinute, (least + Math.max(least, most)) / 2)
    return Math.round(this.pause() + others * each)
  }

  /** A message leaves. */
  left(): void {
    const pacing = this.#count()
    if (!pacing) return
    const { minDelayMs: least, maxDelayMs: most } = pacing
    this.#saved = Math.max(0, this.#saved - 1)
    this.#notBefore = this.#parts.now() + least + Math.round(this.#parts.random() * Math.max(0, most - least))
  }

  /** For how long somebody would type this, in ms; 0 when nobody is to be shown as typing. */
  typing(characters: number): number {
    if (!this.#parts.pacing()?.typing) return 0
    return Math.min(Math.max(characters * TYPING.msPerCharacter, TYPING.least), TYPING.most)
  }

  /** What time has saved up by now. */
  #count(): Pacing | undefined {
    const pacing = this.#parts.pacing()
    const now = this.#parts.now()
    if (!pacing) this.#countedAt = undefined
    else if (this.#countedAt === undefined) {
      this.#saved = 0
      this.#countedAt = now
    } else {
      const gained = (Math.max(0, now - this.#countedAt) * pacing.perMinute) / MINUTE_MS
      this.#saved = Math.min(this.#saved + gained, pacing.burst)
      this.#countedAt = now
    }
    return pacing
  }
}
