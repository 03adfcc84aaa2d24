/**
 * One attempt to speak for a device, watched from outside: it ends with exactly one `closed`, also when the socket
 * says nothing at all. Two watches see to that: one on the way to the first QR or the open connection, and a probe on
 * a line that has been silent, because neither Baileys nor TCP notices every dead connection.
 */
import type { Clock } from '#core/platform/clock.ts'
import type {
  Closed,
  Connection,
  ConnectSettings,
  Device,
  Me,
  Presence,
  ServerAddress,
} from '../socket/index.ts'
import type { Timing } from '../timing.ts'
import { within } from '../within.ts'

export type LineEvents = {
  qr(text: string, expiresAt: number): void
  linked(me: Me): void
  open(me: Me): void
  presence(presence: Presence): void
  /** The last call. */
  closed(reason: Closed): void
}

export type LineParts = {
  device: Device
  server: ServerAddress
  timing: Timing
  choices?: ConnectSettings
  now: Clock
  /** Accepted messages are not sent on it. */
  isSilent?: boolean
  /** True while our own store holds the line back: silence then proves nothing. */
  isStoreSlow(): boolean
  on: LineEvents
}

/** The socket has its own time limits; this is how much longer we wait before we stop believing in them. */
const GRACE_MS = 5_000
/** After a scan WhatsApp asks for a new connection at once. */
const CONFIRM_MS = 15_000
const END_MS = 2_000

export class Line {
  readonly #parts: LineParts
  readonly #connection: Connection
  readonly #settled = Promise.withResolvers<void>()
  #waitsUntil: number | undefined
  #isOpen = false
  #probing = false
  #over = false

  /** @throws Closed | Fenced when the device is gone */
  constructor(parts: LineParts) {
    this.#parts = parts
    const { device, server, timing, choices, now, isSilent = false, on } = parts
    this.#waitsUntil = now() + timing.CONNECT_TIMEOUT_MS + GRACE_MS
    this.#connection = device.connect(
      server,
      {
        qr: (text, expiresAt) => this.#progress(undefined, () => on.qr(text, expiresAt)),
        linked: (me) => this.#progress(now() + CONFIRM_MS, () => on.linked(me)),
        open: (me) =>
          this.#progress(undefined, () => {
            this.#isOpen = true
            on.open(me)
          }),
        presence: (presence) => {
          if (!this.#over) on.presence(presence)
        },
        closed: (reason) => this.#finish(reason),
      },
      {
        ...choices,
        connectTimeoutMs: timing.CONNECT_TIMEOUT_MS,
        keepAliveMs: timing.KEEP_ALIVE_MS,
        isSilent,
        ...(timing.QR_TIMEOUT_MS ? { qrTimeoutMs: timing.QR_TIMEOUT_MS } : {}),
      },
    )
  }

  /** Resolves with the first QR, the open connection or the end. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  get connection(): Connection {
    return this.#connection
  }

  /** To be called about every second. */
  tick(): void {
    const { now, timing } = this.#parts
    if (this.#over) return
    const silentFor = now() - this.#connection.lastFrameAt
    if (this.#waitsUntil !== undefined && now() > this.#waitsUntil)
      this.#giveUp({ name: 'connect-timeout', code: undefined, text: 'the connection came to nothing' })
    else if (this.#isOpen && !this.#probing && silentFor >= timing.PROBE_AFTER_MS) void this.#probe()
  }

  /** Nothing is told from now on. */
  mute(): void {
    this.#over = true
  }

  /** Ends it without telling: the caller knows. Resolves when the socket is closed, or soon after. */
  async end(reason: string): Promise<void> {
    this.mute()
    this.#settled.resolve()
    await within(END_MS, this.#connection.end(reason), 'the end of a connection').catch(() => undefined)
  }

  async #probe(): Promise<void> {
    const { timing, isStoreSlow } = this.#parts
    this.#probing = true
    const askedAt = this.#parts.now()
    try {
      await this.#connection.probe(timing.PROBE_TIMEOUT_MS)
    } catch {
      const answered = this.#connection.lastFrameAt >= askedAt
      if (!answered && !isStoreSlow())
        this.#giveUp({ name: 'lost', code: undefined, text: 'no sign of life in spite of asking' })
    } finally {
      this.#probing = false
    }
  }

  #progress(waitsUntil: number | undefined, tell: () => void): void {
    if (this.#over) return
    this.#waitsUntil = waitsUntil
    tell()
    this.#settled.resolve()
  }

  #giveUp(reason: Closed): void {
    if (this.#over) return
    this.#finish(reason)
    void this.end(reason.text)
  }

  #finish(reason: Closed): void {
    if (this.#over) return
    this.#over = true
    this.#settled.resolve()
    this.#parts.on.closed(reason)
  }
}
