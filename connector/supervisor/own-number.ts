/** The phone number of one session, claimed when it is linked and given back with its link: a number has one session. */
import type { Log } from '#core/platform/log.ts'
import type { Session } from '#core/session.ts'
import type { Claim } from '#core/sessions/number.ts'

export type Numbers = {
  /** @returns who has it; undefined when it is the session's from now on */
  claim(session: Session, phoneNumber: string): Promise<Claim | undefined>
  release(session: Session, phoneNumber: string): Promise<void>
}

export class OwnNumber {
  readonly #numbers: Numbers
  readonly #log: Log
  #number: string | undefined

  constructor({ state }: Session, numbers: Numbers, log: Log) {
    this.#numbers = numbers
    this.#log = log
    this.#number = state.claimed ? state.phoneNumber : undefined
  }

  /** @returns who else has it. What cannot be found out now is claimed with the next connection. */
  async claim(session: Session, phoneNumber: string): Promise<Claim | undefined> {
    if (this.#number === phoneNumber) return
    try {
      const other = await this.#numbers.claim(session, phoneNumber)
      if (!other) this.#number = phoneNumber
      return other
    } catch (error) {
      this.#log.warn({ err: error }, 'a number could not be claimed yet')
      return
    }
  }

  get isClaimed(): boolean {
    return this.#number !== undefined
  }

  async release(session: Session): Promise<void> {
    const number = this.#number
    this.#number = undefined
    if (!number) return
    await this.#numbers.release(session, number).catch((error: unknown) => {
      // Whoever links the number next sees that this session has it no more.
      this.#log.warn({ err: error }, 'a number could not be given back')
    })
  }
}
