/**
 * Holds the outgoing frames of one connection until the state that they were made from is durable (R2, R4). The hook
 * is the `send` of the inner WebSocket: frames are encrypted there already, with a counter, so their order must never
 * change and none may be left out; control frames (pong, close) pass by, as they should.
 */
import type { Socket } from 'node:net'
import type WebSocket from 'ws'
import type { WriteSet } from './write-set.ts'

type Frame = { at: number; bytes: Uint8Array }
type Answer = (error?: Error) => void

export type ByteGateOptions = {
  raw: WebSocket
  set: WriteSet
  /** Moves what the running transaction has written so far into the write set: its bytes are leaving. */
  flushTransaction(): void
  /** Frames were held or released. */
  onHeld(): void
  onSendError(error: Error): void
}

export class ByteGate {
  bytes = 0
  dropped = 0
  #frames: Frame[] = []
  #closed = false
  #empty: (() => void)[] = []
  readonly #options: ByteGateOptions
  readonly #send: (bytes: Uint8Array, answer: Answer) => void

  constructor(options: ByteGateOptions) {
    const { raw } = options
    this.#options = options
    this.#send = raw.send.bind(raw)
    raw.send = (bytes: unknown, second?: unknown, third?: unknown) => {
      const answer = typeof second === 'function' ? second : third
      this.#take(bytes as Uint8Array, (answer ?? (() => {})) as Answer)
    }
    raw.once('close', () => this.drop())
  }

  get frames(): number {
    return this.#frames.length
  }

  /** Releases what has become durable, as one write to the network. */
  release(): void {
    const { raw, set, onHeld, onSendError } = this.#options
    const count = this.#frames.findIndex((frame) => frame.at > set.durable)
    const free = this.#frames.splice(0, count === -1 ? this.#frames.length : count)
    if (free.length === 0) return
    const { _socket: tcp } = raw as unknown as { _socket: Socket | undefined }
    tcp?.cork()
    for (const { bytes } of free) {
      this.bytes -= bytes.length
      this.#send(bytes, (error) => error && onSendError(error))
    }
    tcp?.uncork()
    onHeld()
    if (this.#frames.length === 0) for (const resolve of this.#empty.splice(0)) resolve()
  }

  /** Resolves when nothing is held any more, released or dropped. */
  whenEmpty(): Promise<void> {
    return this.#frames.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#empty.push(resolve))
  }

  /** The line is gone. The state is ahead of the wire now, and the outbox repairs that. */
  drop(): void {
    this.#closed = true
    this.dropped += this.#frames.length
    this.#frames = []
    this.bytes = 0
    for (const resolve of this.#empty.splice(0)) resolve()
    this.#options.onHeld()
  }

  #take(bytes: Uint8Array, answer: Answer): void {
    const { set, flushTransaction, onHeld } = this.#options
    if (this.#closed || set.dead) {
      answer(set.dead ?? new Error('The connection is closed.'))
      return
    }
    flushTransaction()
    if (this.#frames.length === 0 && set.durable >= set.hard) {
      this.#send(bytes, answer)
      return
    }
    this.#frames.push({ at: set.hard, bytes })
    this.bytes += bytes.length
    onHeld()
    // Answered at once, or the next message could not join this commit; in a new turn, or I/O would starve.
    setImmediate(answer)
  }
}
