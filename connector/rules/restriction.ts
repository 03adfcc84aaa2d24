/**
 * WhatsApp may keep an account from writing to people who do not know it ("reach-out time lock"): it refuses such
 * messages with 463 and says, when asked, until when. What is known of that is kept here for one session, from three
 * sources: WhatsApp's notification, its answer to our question, and a refusal. Messages to those who know the account,
 * and to groups, go on. Nothing is tried while it lasts, because each attempt counts against the account.
 * Source: Baileys 7.0.0-rc14, `handleBadAck`, `fetchAccountReachoutTimelock`, `handleReachoutTimelockNotification`.
 */
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Restriction as Known } from '#core/restriction.ts'
import { NotConnected, type Standing } from '../socket/index.ts'
import type { Timing } from '../timing.ts'

export type RestrictionParts = {
  timing: Pick<Timing, 'RESTRICTION_LOOK_MS'>
  now: Clock
  log: Log
  /** It began, its end has changed, or it is over (undefined). */
  changed(known: Known | undefined): void
}

/** Where WhatsApp does not even answer, it is asked ever more rarely. */
const LONGEST_LOOK_MS = 3_600_000

export class Restriction {
  readonly #parts: RestrictionParts
  #known: Known | undefined
  #look: number
  /** When WhatsApp is asked again. */
  #askAt: number
  #asking: Promise<void> | undefined

  /** @param known as the session's last owner has left it */
  constructor(known: Known | undefined, parts: RestrictionParts) {
    this.#parts = parts
    this.#look = parts.timing.RESTRICTION_LOOK_MS
    this.#known = known
    this.#askAt = known?.until ? Date.parse(known.until) : 0
  }

  get isOn(): boolean {
    return this.#known !== undefined
  }

  /** WhatsApp has said how the account stands. */
  learned({ isRestricted, until, kind = 'reachout' }: Standing): void {
    const { now, timing } = this.#parts
    const isOver = !isRestricted || (until !== undefined && until <= now())
    this.#look = timing.RESTRICTION_LOOK_MS
    if (isOver) this.#know(undefined)
    else this.#begin(until, kind)
  }

  #begin(until: number | undefined, kind: string): void {
    const { now, timing } = this.#parts
    this.#askAt = until ?? now() + timing.RESTRICTION_LOOK_MS
    const since = this.#known?.since ?? iso(now())
    this.#know({ since, kind, ...(until === undefined ? {} : { until: iso(until) }) })
  }

  /**
   * WhatsApp has refused a message with 463. Resolves when it is known why; of several refusals only one asks.
   * When WhatsApp does not say, the account counts as restricted for a while, each time for longer.
   */
  refused(ask: () => Promise<Standing>): Promise<void> {
    return this.#ask(ask, () => {
      const { now } = this.#parts
      this.#askAt = now() + this.#look
      this.#look = Math.min(this.#look * 2, LONGEST_LOOK_MS)
      this.#know(this.#known ?? { since: iso(now()), kind: 'unknown' })
    })
  }

  /** To be called about every second while the session is connected: asks when the end should have come. */
  tick(ask: () => Promise<Standing>): void {
    if (!this.#known || this.#asking || this.#parts.now() < this.#askAt) return
    // Who does not answer leaves but one way to find out.
    void this.#ask(ask, () => this.#know(undefined))
  }

  /** The account has left the session. */
  forget(): void {
    this.#known = undefined
    this.#look = this.#parts.timing.RESTRICTION_LOOK_MS
  }

  #ask(ask: () => Promise<Standing>, unanswered: () => void): Promise<void> {
    this.#asking ??= ask()
      .then(
        (standing) => this.learned(standing),
        (error: unknown) => {
          if (error instanceof NotConnected) return
          this.#parts.log.warn({ err: error }, 'WhatsApp does not say whether the account is restricted')
          unanswered()
        },
      )
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  #know(known: Known | undefined): void {
    const before = this.#known
    this.#known = known
    const isSame = before?.kind === known?.kind && before?.until === known?.until && !before === !known
    if (!isSame) this.#parts.changed(known)
  }
}
