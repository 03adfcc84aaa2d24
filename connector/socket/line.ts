/**
 * One connection's life as seen from work that may outlast it. Baileys leaves queries of a dead socket hanging and lets
 * its pipelines run on; through the line they learn that it is gone.
 */
import { NotConnected } from './errors.ts'
import type { Attributes } from './types.ts'

/** Where a ciphertext came from; kept only as long as Baileys holds the ciphertext itself. */
export type Origin = { stanza: Attributes; encryption: string; hash: string }

export class Line {
  /** Rises with every connection of a device; what came before this process is 0. */
  readonly ordinal: number
  readonly #origins = new WeakMap<Uint8Array, Origin>()
  readonly #waiting = new Set<(error: Error) => void>()
  /** Runs work once Baileys is done with the stanza that it is handling. */
  whenHandled: (work: () => void) => void = () => {}
  #lost = false

  constructor(ordinal: number) {
    this.ordinal = ordinal
  }

  get isLost(): boolean {
    return this.#lost
  }

  lose(): void {
    this.#lost = true
    for (const reject of this.#waiting) reject(gone())
    this.#waiting.clear()
  }

  /** @throws NotConnected when the line is gone: what arrived on it arrives again on the next one */
  assertAlive(): void {
    if (this.#lost) throw gone()
  }

  /** The answer, unless the line is lost first. */
  async untilLost<T>(answer: Promise<T>): Promise<T> {
    this.assertAlive()
    let reject: (error: Error) => void = () => {}
    const lost = new Promise<never>((_, fail) => {
      reject = fail
    })
    this.#waiting.add(reject)
    try {
      return await Promise.race([answer, lost])
    } finally {
      this.#waiting.delete(reject)
    }
  }

  remember(ciphertext: Uint8Array, origin: Origin): void {
    this.#origins.set(ciphertext, origin)
  }

  originOf(ciphertext: Uint8Array): Origin | undefined {
    return this.#origins.get(ciphertext)
  }
}

const gone = () => new NotConnected('The connection to WhatsApp was lost.')
