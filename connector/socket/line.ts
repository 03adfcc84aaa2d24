/**
 * One connection's life as seen from work that may outlast it. Baileys leaves queries of a dead socket hanging and lets
 * its pipelines run on; through the line they learn that it is gone. And it leaves timers and promises to nobody: those
 * that began on a line fail with it, and not with the process.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { outside } from './context.ts'
import { NotConnected } from './errors.ts'
import type { Attributes } from './types.ts'

/** Where a ciphertext came from; kept only as long as Baileys holds the ciphertext itself. */
export type Origin = { stanza: Attributes; encryption: string; hash: string }

const lines = new AsyncLocalStorage<Line>()

/**
 * Confines an error that nobody has caught to the line on which it happened. To be called where Node tells of it.
 * @returns false when it happened on none
 */
export function confined(error: unknown): boolean {
  const line = lines.getStore()
  line?.fail(error)
  return line !== undefined
}

export class Line {
  /** Rises with every connection of a device; what came before this process is 0. */
  readonly ordinal: number
  readonly #origins = new WeakMap<Uint8Array, Origin>()
  readonly #waiting = new Set<(error: Error) => void>()
  /** Runs work once Baileys is done with the stanza that it is handling. */
  whenHandled: (work: () => void) => void = () => {}
  #lost = false
  readonly #failed: (error: unknown) => void

  /** @param failed what came of it failed where nobody has caught it; told only while it is not lost */
  constructor(ordinal: number, failed: (error: unknown) => void) {
    this.ordinal = ordinal
    this.#failed = failed
  }

  /** Runs work of this line. Whatever that leaves behind, timers, listeners and promises, is of the line, too. */
  run<T>(work: () => T): T {
    return outside(() => lines.run(this, work))
  }

  fail(error: unknown): void {
    if (!this.#lost) this.#failed(error)
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
