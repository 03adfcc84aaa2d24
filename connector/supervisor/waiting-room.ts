/**
 * Where messages wait that the device cannot have at once, because a file has to be uploaded or something be looked up
 * first. There is one line per chat: messages of a chat keep their order, and no chat waits for another one. Until the
 * device has them they stand in the ledger as accepted, where the next owner finds them; so what is in here need not
 * survive.
 */
import { pauses } from '../pauses.ts'
import type { Outcome, Send } from './outbox.ts'

/** Of one session. With so many, or so much in them, the queue keeps the others. */
export const ROOM = 1_000
const ROOM_CHARACTERS = 4 << 20
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [100, 10_000]

export class WaitingRoom {
  readonly #carry: (send: Send) => Promise<Outcome>
  readonly #lines = new Map<string, Send[]>()
  /** With how much each says. */
  readonly #sizes = new Map<string, number>()
  #characters = 0
  /** Of the lines that pause. */
  readonly #sleepers = new Set<() => void>()
  #isClosed = false

  /** @param carry brings one on its way; `later` when it has to be tried again. It must not throw */
  constructor(carry: (send: Send) => Promise<Outcome>) {
    this.#carry = carry
  }

  get isFull(): boolean {
    return this.#sizes.size >= ROOM || this.#characters >= ROOM_CHARACTERS
  }

  get size(): number {
    return this.#sizes.size
  }

  has(messageId: string): boolean {
    return this.#sizes.has(messageId)
  }

  /** Whoever writes to this chat now has to wait behind others. */
  isOccupied(chat: string): boolean {
    return this.#lines.has(chat)
  }

  add(send: Send): void {
    const size = JSON.stringify(send.content).length
    this.#sizes.set(send.messageId, size)
    this.#characters += size
    const line = this.#lines.get(send.to)
    if (line) return void line.push(send)
    const opened = [send]
    this.#lines.set(send.to, opened)
    void this.#serve(send.to, opened)
  }

  /** What they waited for may have come: those that come first are tried again at once. */
  wake(): void {
    for (const wake of this.#sleepers) wake()
  }

  /** Nothing goes on its way any more. */
  close(): void {
    this.#isClosed = true
    this.wake()
  }

  async #serve(chat: string, line: Send[]): Promise<void> {
    let retry = pauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS)
    for (let [first] = line; first && !this.#isClosed; [first] = line) {
      // One for each attempt: what waits for long would pile up behind a promise of all.
      const { promise: woken, resolve: wake } = Promise.withResolvers<void>()
      this.#sleepers.add(wake)
      const outcome = await this.#carry(first)
      if (outcome === 'later') await Promise.race([retry.next().value(), woken])
      this.#sleepers.delete(wake)
      if (outcome === 'done') {
        line.shift()
        this.#characters -= this.#sizes.get(first.messageId) ?? 0
        this.#sizes.delete(first.messageId)
        retry = pauses(FIRST_PAUSE_MS, LONGEST_PAUSE_MS)
      }
    }
    this.#lines.delete(chat)
  }
}
