/**
 * Opens the lines of one session, one after the other and each in its turn among all sessions of the connector. Every
 * attempt has a ticket, and what was begun for an earlier ticket comes to nothing: so a session can be stopped at any
 * moment, also while its connection still waits to be opened.
 */

import type { Logins } from '../logins.ts'
import type { Device } from '../socket/index.ts'
import { within } from '../within.ts'
import type { DeviceHolder } from './holder.ts'
import type { Line } from './line.ts'

export type DialerParts = {
  holder: DeviceHolder
  /** Bounds how many connections are opened at the same time. */
  logins: Pick<Logins, 'add'>
  /** How long an attempt may hold its place among them, in ms. */
  patienceMs: number
  /** Undefined when the session is not to be connected after all. */
  lineOf(device: Device): Line | undefined
  /** The device could not be opened, or not be connected. */
  failed(error: unknown): void
}

export class Dialer {
  readonly #parts: DialerParts
  #ticket = 0
  #timer: NodeJS.Timeout | undefined
  #line: Line | undefined
  #isRetired = false

  constructor(parts: DialerParts) {
    this.#parts = parts
  }

  get line(): Line | undefined {
    return this.#line
  }

  /** Opens nothing any more. */
  retire(): void {
    this.#isRetired = true
  }

  /** Opens a line after a pause in ms. An attempt that is under way is void. */
  dialIn(pause: number): void {
    if (this.#isRetired) return
    clearTimeout(this.#timer)
    const ticket = ++this.#ticket
    const queue = () => void this.#parts.logins.add(() => this.#dial(ticket))
    if (pause === 0) queue()
    else this.#timer = setTimeout(queue, pause)
  }

  /** Ends the line without its being told, now. */
  async hangUp(why: string): Promise<void> {
    const line = this.#cancel()
    await line?.end(why)
  }

  /** Lets the line finish what is under way while `work` is done, then ends it, without its being told. */
  async hangUpAfter(work: () => Promise<void>, why: string): Promise<void> {
    const line = this.#cancel()
    line?.mute()
    await work()
    await line?.end(why)
  }

  #cancel(): Line | undefined {
    this.#ticket++
    clearTimeout(this.#timer)
    const line = this.#line
    this.#line = undefined
    return line
  }

  async #dial(ticket: number): Promise<void> {
    const isVoid = () => ticket !== this.#ticket
    if (isVoid()) return
    try {
      const device = await this.#parts.holder.opened()
      if (isVoid()) return
      this.#line = this.#parts.lineOf(device)
    } catch (error) {
      if (!isVoid()) this.#parts.failed(error)
      return
    }
    if (this.#line) await within(this.#parts.patienceMs, this.#line.settled, 'a login').catch(() => undefined)
  }
}
