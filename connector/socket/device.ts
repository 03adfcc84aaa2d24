/**
 * A device held durably: its parts put together. It outlives its connections; it dies when another connector fences it,
 * and nothing leaves it from that moment on.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Fenced, type Opened } from '#core/device/index.ts'
import { type Caches, caches } from './caches.ts'
import { Committer } from './committer.ts'
import { LiveConnection, type Parts } from './connection.ts'
import { outside } from './context.ts'
import { Credentials } from './credentials.ts'
import { Delivery } from './delivery.ts'
import { asError, Closed, Refusing } from './errors.ts'
import { Shelf } from './history/shelf.ts'
import { Journal } from './journal.ts'
import { Transactions } from './keys.ts'
import { Line } from './line.ts'
import { Outbox } from './outbox.ts'
import { preKeys } from './pre-keys.ts'
import { Pressure } from './pressure.ts'
import { Ratchet } from './ratchet.ts'
import { rowIds } from './row-ids.ts'
import { NO_RULES, type Waiting } from './rules.ts'
import { isTrusted } from './standing.ts'
import type {
  ConnectSettings,
  Device,
  DeviceOptions,
  HistoryShelf,
  Me,
  Observer,
  Outgoing,
  ServerAddress,
  Stats,
} from './types.ts'
import { WriteSet } from './write-set.ts'

/** A drain that takes longer gives up what is not durable: none of it has left this process. */
const DRAIN_MS = 5000
const LEAVE_MS = 5000
const ERASE_ATTEMPTS = 5

export class LiveDevice implements Device {
  readonly #options: DeviceOptions
  readonly #pressure: Pressure
  readonly #set: WriteSet
  readonly #committer: Committer
  readonly #delivery: Delivery
  readonly #credentials: Credentials
  readonly #journal: Journal
  readonly #outbox: Outbox
  readonly #shelf: Shelf
  readonly #parts: Parts
  #connection: LiveConnection | undefined
  #lines = 0
  #dropped = 0
  #lastFrameAt = 0
  #closing: Promise<void> | undefined
  #dead: Error | undefined
  readonly #mourners: ((error: Error) => void)[] = []

  constructor(options: DeviceOptions, opened: Opened) {
    const { store, log, lookup, deliver, now = Date.now } = options
    this.#options = options
    this.#pressure = new Pressure(options.limits)
    this.#set = new WriteSet(opened, (lazy) => this.#onApplied(lazy))
    this.#committer = new Committer({
      store,
      set: this.#set,
      log,
      now,
      onDurable: () => this.#onDurable(),
      onDead: (error) => this.#die(error),
    })
    this.#delivery = new Delivery({
      // What the rows announce is on the shelf before they leave the journal.
      deliver: async (rows) => {
        await deliver(rows)
        this.#shelf.take(rows)
      },
      log,
      durable: () => this.#set.durable,
      sources: () => [this.#journal, this.#outbox, this.#shelf],
      onChange: () => this.#weighPressure(),
    })
    const nextId = rowIds(opened.mark, now)
    const newId = () => {
      this.#set.mark = nextId()
      return this.#set.mark
    }
    const queue = (id: string, seq: number) => this.#delivery.queue(id, seq)
    this.#journal = new Journal(this.#set, newId, queue)
    this.#outbox = new Outbox(this.#set, newId, queue)
    this.#credentials = new Credentials(this.#set, opened.topPreKey)
    this.#shelf = new Shelf({
      set: this.#set,
      newId,
      queue,
      isInJournal: (id) => this.#journal.has(id),
      me: () => this.#credentials.me,
      now,
      onChange: () => options.onHistory?.(),
    })
    const keys = preKeys(store, this.#set, log)
    const transactions = new Transactions(this.#set, keys)
    const parts = { set: this.#set, preKeys: keys, transactions, journal: this.#journal }
    const kept: Caches = caches(now)
    this.#parts = {
      ...parts,
      ratchet: new Ratchet(parts),
      credentials: this.#credentials,
      outbox: this.#outbox,
      caches: kept,
      replays: new Map(),
      log,
      now,
      lookup: (id) => outside(() => lookup(id)),
      phoneNumberOf: (lid) => this.phoneNumberOf(lid),
      lidOf: (phoneNumber) => this.lidOf(phoneNumber),
      rules: options.rules ?? NO_RULES,
      isTrusted: (to) => this.#isTrusted(to, now()),
      whenDurable: () => this.#committer.whenDurable(this.#set.seq),
      onHeld: () => this.#weighPressure(),
    }
    this.#delivery.start()
  }

  get linked(): boolean {
    return this.#credentials.linked
  }

  get me(): Me | undefined {
    return this.#credentials.me
  }

  phoneNumberOf(lid: string): string | undefined {
    const digits = this.#set.read('lid-mapping', `${lid.split(/[:@_]/)[0]}_reverse`)
    return typeof digits === 'string' ? `+${digits}` : undefined
  }

  lidOf(phoneNumber: string): string | undefined {
    const user = this.#set.read('lid-mapping', phoneNumber.replace('+', ''))
    return typeof user === 'string' ? `${user}@lid` : undefined
  }

  get history(): HistoryShelf {
    return this.#shelf
  }

  get pressure(): Device['pressure'] {
    return this.#pressure.refusing ? 'refusing' : 'normal'
  }

  get stats(): Stats {
    const { gate, lastFrameAt } = this.#connection ?? {}
    const { commits, errors, latency, since, lastError } = this.#committer
    return {
      commits,
      commitErrors: errors,
      commitLatency: latency,
      committingSince: since,
      commitError: lastError,
      heldBytes: gate?.bytes ?? 0,
      heldFrames: gate?.frames ?? 0,
      droppedFrames: this.#dropped + (gate?.dropped ?? 0),
      pendingUnits: this.#set.pendingUnits,
      undelivered: this.#delivery.size,
      journalHits: this.#journal.hits,
      lastFrameAt: lastFrameAt || this.#lastFrameAt,
    }
  }

  connect(server: ServerAddress, observer: Observer, settings: ConnectSettings = {}): LiveConnection {
    this.#assertAlive()
    this.#leaveBehind('A new connection takes over.')
    if (this.#credentials.isHalfway) this.#credentials.renew()
    // What it has in memory may be half done then; what is durable is not.
    const line = new Line(++this.#lines, (error) => this.#die(asError(error)))
    this.#connection = new LiveConnection(this.#parts, line, server, observer, settings)
    return this.#connection
  }

  async accept(message: Outgoing): Promise<void> {
    this.#assertAlive()
    if (this.#outbox.has(message.id)) return this.#committer.whenDurable(this.#set.seq)
    if (this.#pressure.refusing)
      throw new Refusing('Too much is waiting to be stored. Please try again soon.')
    if (this.#outbox.isFull) throw new Refusing('Too much is waiting to be sent.')
    const seq = this.#outbox.accept(message)
    this.#connection?.sender.send(message.id)
    await this.#committer.whenDurable(seq)
  }

  isWaiting(messageId: string): boolean {
    return this.#outbox.has(messageId)
  }

  waiting(): number {
    return this.#outbox.size
  }

  waits(): Map<string, Waiting> {
    const { state, sender } = this.#connection ?? {}
    if (state === 'open' && sender) return sender.reasons()
    return new Map(this.#outbox.unanswered().map((id) => [id, { reason: 'not_connected' }]))
  }

  proceed(): void {
    if (this.#outbox.size > 0) this.#connection?.sender.proceed()
  }

  withdraw(messageId: string): boolean {
    if (this.#dead || this.#closing || this.#outbox.recipientOf(messageId) === undefined) return false
    if (this.#connection?.sender.withdraw(messageId) === false) return false
    this.#outbox.answered(messageId, { by: 'device', code: 'cancelled' })
    return true
  }

  onDead(listener: (error: Error) => void): void {
    if (this.#dead) listener(this.#dead)
    else this.#mourners.push(listener)
  }

  async flush(): Promise<void> {
    const durable = () => {
      this.#committer.kick(false)
      return this.#committer.whenDurable(this.#set.seq)
    }
    await durable()
    await this.#delivery.whenIdle()
    await durable()
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain()
    return this.#closing
  }

  async logout(): Promise<string[]> {
    this.#assertAlive()
    if (this.#connection?.state === 'open')
      await this.#connection.leave(LEAVE_MS).catch((error: Error) => {
        this.#options.log.warn({ error: error.message }, 'WhatsApp could not be told that the device leaves')
      })
    return this.forget()
  }

  async forget(): Promise<string[]> {
    this.#assertAlive()
    const unsent = this.#outbox.unanswered()
    await this.close()
    await this.#erase()
    return unsent
  }

  #isTrusted(to: string, now: number): boolean {
    const { me } = this.#credentials
    const lid = to.endsWith('@lid') ? to : this.lidOf(to.slice(0, to.indexOf('@')))
    return isTrusted(this.#set, to, { lid, own: [me?.jid, me?.lid], now })
  }

  /** The last commit may still be on its way, so the first attempts can fail. */
  async #erase(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#options.store.erase()
        return
      } catch (error) {
        if (error instanceof Fenced || attempt === ERASE_ATTEMPTS) throw error
        await pause(attempt * 200)
      }
    }
  }

  async #drain(): Promise<void> {
    const { gate } = this.#connection ?? {}
    this.#connection?.sender.stop()
    const drained = this.flush().then(() => gate?.whenEmpty())
    const late = new AbortController()
    await Promise.race([
      drained.catch(() => {}),
      pause(DRAIN_MS, undefined, { signal: late.signal }).catch(() => {}),
    ])
    late.abort()
    this.#leaveBehind('The device is closed.')
    this.#stop(new Closed('The device is closed.'))
  }

  #assertAlive(): void {
    if (this.#dead) throw this.#dead
    if (this.#closing) throw new Closed('The device is closed.')
  }

  #onApplied(lazy: boolean): void {
    this.#committer.kick(lazy)
    this.#weighPressure()
  }

  #onDurable(): void {
    this.#connection?.gate.release()
    this.#delivery.kick()
    this.#weighPressure()
  }

  #weighPressure(): void {
    this.#pressure.weigh({
      heldBytes: this.#connection?.gate.bytes ?? 0,
      pendingUnits: this.#set.pendingUnits,
      undelivered: this.#delivery.size,
    })
    if (this.#pressure.refusing) this.#connection?.pause()
    else this.#connection?.resume()
  }

  #leaveBehind(text: string, name: 'ended' | 'fenced' = 'ended'): void {
    const connection = this.#connection
    if (!connection) return
    connection.finish({ name, code: undefined, text })
    this.#dropped += connection.gate.dropped
    this.#lastFrameAt = connection.lastFrameAt
    this.#connection = undefined
  }

  #die(error: Error): void {
    if (this.#dead) return
    this.#dead = error
    this.#set.dead = error
    this.#leaveBehind(error.message, error instanceof Fenced ? 'fenced' : 'ended')
    this.#stop(error)
    for (const listener of this.#mourners.splice(0)) listener(error)
  }

  #stop(error: Error): void {
    this.#set.dead ??= error
    this.#committer.stop(error)
    this.#delivery.stop()
  }
}
