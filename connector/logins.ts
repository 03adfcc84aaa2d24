/**
 * Bounds how many connections are opened at the same time. When this machine or its store has just been overtaxed, far
 * fewer are, and then again more by steps: otherwise bringing all sessions back would overtax it again.
 */
import PQueue from 'p-queue'

const STEP_MS = 10_000

export class Logins {
  readonly #queue: PQueue
  readonly #most: number
  #timer: NodeJS.Timeout | undefined

  constructor(most: number) {
    this.#most = most
    this.#queue = new PQueue({ concurrency: most })
  }

  /** Resolves when it was this one's turn and the work is done. */
  async add(work: () => Promise<void>): Promise<void> {
    await this.#queue.add(work)
  }

  /** A quarter for now. */
  goEasy(): void {
    clearInterval(this.#timer)
    this.#queue.concurrency = Math.ceil(this.#most / 4)
    this.#timer = setInterval(() => this.#more(), STEP_MS).unref()
  }

  #more(): void {
    this.#queue.concurrency = Math.min(this.#most, this.#queue.concurrency * 2)
    if (this.#queue.concurrency === this.#most) clearInterval(this.#timer)
  }
}
