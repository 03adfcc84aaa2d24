/**
 * How the connection of one session ends: at once, in good order (what was sent is answered and stored first), or with
 * its device erased. Whatever ends it, nothing is told of it by the line itself, and the count of attempts stands still.
 */
import { Fenced } from '#core/device/index.ts'
import type { Session } from '#core/session.ts'
import { pauses } from '../pauses.ts'
import type { Attempts } from './attempts.ts'
import type { Dialer } from './dialer.ts'
import { connectToLeave } from './farewell.ts'
import type { DeviceHolder } from './holder.ts'
import type { SessionParts } from './parts.ts'
import type { Phase } from './phase.ts'
import type { Traffic } from './traffic.ts'

/** How long a planned end waits for the server's answers, so that the next owner need not send anything again. */
const ANSWERS_MS = 1_000

type Ended = {
  parts: SessionParts
  dialer: Dialer
  holder: DeviceHolder
  attempts: Attempts
  outbox: Traffic['outbox']
  /** The session and its phase by then. */
  session(): Session
  phase(): Phase
}

export class Ending {
  readonly #of: Ended

  constructor(of: Ended) {
    this.#of = of
  }

  /** At once; the device stays open. */
  async now(why: string): Promise<void> {
    this.#of.attempts.leave()
    await this.#of.dialer.hangUp(why)
  }

  /** In good order, and the device is closed. */
  async stopped(): Promise<void> {
    this.#of.attempts.leave()
    await this.#inOrder('stopped', () => this.#of.holder.close())
  }

  /** In good order, and the device is opened no more: the session leaves this connector. */
  released(): Promise<void> {
    return this.#inOrder('released', () => this.#of.holder.retire())
  }

  /**
   * With everything of the device erased. The messages that it never sent are told to have failed; without a reason
   * there is nobody to tell.
   */
  async erased(how: 'logout' | 'forget', reason?: string): Promise<void> {
    const { parts, dialer, holder, outbox, session, phase } = this.#of
    const isAway = how === 'logout' && phase() !== 'open'
    let sent: string[] = []
    await dialer.hangUpAfter(async () => {
      sent = await holder.erase(how, isAway ? (device) => connectToLeave(device, parts) : undefined)
    }, 'erased')
    if (reason) await outbox.fail([...sent, ...(await parts.unsent(session()))], reason)
  }

  /**
   * The same, as often as it takes.
   * @returns false when `isOver` came before
   * @throws Fenced
   */
  async erasedAtLast(how: 'logout' | 'forget', reason: string, isOver: () => boolean): Promise<boolean> {
    for (const pause of pauses(250, 5_000)) {
      if (isOver()) return false
      try {
        await this.erased(how, reason)
        return true
      } catch (error) {
        if (error instanceof Fenced) throw error
        this.#of.parts.log.warn({ err: error }, 'the state of an unlinked device is not erased yet')
        await pause()
      }
    }
    return false
  }

  async #inOrder(why: string, close: () => Promise<void>): Promise<void> {
    const { dialer, holder, outbox, phase } = this.#of
    const isOpen = phase() === 'open' && dialer.line !== undefined
    await dialer.hangUpAfter(async () => {
      if (isOpen) await outbox.answered(holder.device, ANSWERS_MS)
      await close()
    }, why)
  }
}
