/**
 * Keeps this connector's leases: says that it lives, looks at the fleet, claims, gives and leaves. When heartbeats do
 * not get through, `onLost` is called a margin before the last one lapses, so before anybody else could own a shard; a
 * process that was paused (the clock is monotonic) asks whether it still owns anything before it goes on; and a shard
 * is handed on only after its sockets are closed.
 */
import type { ConnectorRecord, Fleet, Lease, Load } from '#core/lease.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Timing } from '../timing.ts'
import { within } from '../within.ts'
import { type Origin, originOf } from './origin.ts'
import { handOn, plan } from './plan.ts'

/** The operations of core/lease.ts, bound to a store. */
export type Book = {
  fleet(now: number): Promise<Fleet>
  register(connector: ConnectorRecord): Promise<void>
  beat(connector: ConnectorRecord): Promise<boolean>
  unregister(id: string): Promise<void>
  claim(observed: Lease, owner: string): Promise<Lease | undefined>
  handOver(lease: Lease, to: string, why: { why: 'drain' | 'rebalance'; at: number }): Promise<boolean>
}

/** Why a shard is no longer ours: planned moves close cleanly, the others at once. */
export type Loss = 'handover' | 'drain' | 'taken' | 'not-renewed' | 'superseded'

export type KeeperParts = {
  book: Book
  id: string
  boot: string
  shards: number
  timing: Pick<Timing, 'HEARTBEAT_MS' | 'LEASE_TTL_MS' | 'FENCE_MARGIN_MS' | 'LEASE_LOOK_MS'>
  now: Clock
  monotonic: Clock
  log: Log
  /** @param origin undefined when nobody had it before */
  onAcquired(shard: number, epoch: number, origin: Origin | undefined): void
  /** Resolves when the sockets of the shard are closed. */
  onLost(shard: number, why: Loss): Promise<void>
  /** Another process runs under this id: this one has to end. */
  onSuperseded(): void
  /** How many sessions run here, for the fleet's eyes. */
  sessions(): number
  /** How many of these have no connection and seek one. */
  away?(): number
  load?(): Load
}

export class Keeper {
  readonly #parts: KeeperParts
  readonly #held = new Map<number, number>()
  readonly #startedAt: number
  #deadline = 0
  #looks = 0
  readonly #settled = Promise.withResolvers<void>()
  #draining = false
  #stopped = false
  #isAsking = false
  #timers = new Set<NodeJS.Timeout>()
  #fence: NodeJS.Timeout | undefined
  /** When heartbeats began to fail (ms since 1970); undefined while they get through. */
  failingSince: number | undefined

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#startedAt = parts.now()
  }

  /** Resolves when everything was claimed that was to be had at once. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  get held(): ReadonlyMap<number, number> {
    return this.#held
  }

  /** Announces this connector, repeating until the store answers, and begins to look for shards. */
  async start(): Promise<void> {
    const announce = async (record: ConnectorRecord) => {
      await this.#parts.book.register(record)
      return true
    }
    while (!this.#stopped && !(await this.#renew(announce))) await this.#pause(RETRY_MS)
    if (this.#stopped) return
    void this.#beatForEver()
    void this.#lookForEver()
  }

  /** Closes all shards, hands them on, and takes this connector off the list. */
  async drain(): Promise<void> {
    const { book, now, log, id, shards } = this.#parts
    this.#draining = true
    const at = now()
    const held = new Map(this.#held)
    await Promise.all([
      this.#renew((record) => book.beat(record)),
      ...[...held.keys()].map((shard) => this.#lose(shard, 'drain')),
    ])
    this.stop()
    try {
      const fleet = await book.fleet(now())
      await Promise.all(
        handOn({ me: id, shards, fleet, held }).map(({ lease, to }) =>
          book.handOver(lease, to, { why: 'drain', at }),
        ),
      )
      await book.unregister(id)
    } catch (error) {
      log.warn({ err: error }, 'leases could not be handed on; they lapse by themselves')
    }
  }

  /** Ends the loops, as a crash would: leases lapse by themselves. */
  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    clearTimeout(this.#fence)
  }

  async #beatForEver(): Promise<void> {
    const { book, timing } = this.#parts
    let pause = timing.HEARTBEAT_MS
    while (!this.#stopped) {
      await this.#pause(pause)
      if (this.#stopped) return
      if (!this.#renewed) await this.#overdue()
      const renewed = await this.#renew((record) => book.beat(record))
      pause = renewed ? timing.HEARTBEAT_MS : RETRY_MS
    }
  }

  /** One heartbeat. What it promises counts from before it was sent, never from when the answer came. */
  async #renew(write: (record: ConnectorRecord) => Promise<boolean>): Promise<boolean> {
    const { now, monotonic, timing, log } = this.#parts
    const sentAt = monotonic()
    try {
      const accepted = await within(timing.HEARTBEAT_MS, write(this.#record()), 'the heartbeat')
      if (!accepted) return this.#superseded()
      if (this.failingSince !== undefined)
        log.info({ failedForMs: now() - this.failingSince }, 'heartbeats again')
      this.failingSince = undefined
      this.#deadline = sentAt + timing.LEASE_TTL_MS - timing.FENCE_MARGIN_MS
      this.#armFence()
      return true
    } catch (error) {
      if (this.failingSince === undefined) log.warn({ err: error }, 'store unavailable: the heartbeat failed')
      this.failingSince ??= now()
      return false
    }
  }

  #record(): ConnectorRecord {
    const { id, boot, now, timing, sessions, away, load } = this.#parts
    return {
      id,
      boot,
      startedAt: iso(this.#startedAt),
      beatAt: iso(now()),
      until: now() + timing.LEASE_TTL_MS,
      draining: this.#draining,
      shards: [...this.#held.keys()],
      sessions: sessions(),
      ...(away ? { away: away() } : {}),
      ...(load ? { load: load() } : {}),
    }
  }

  #superseded(): false {
    this.#parts.log.error({ id: this.#parts.id }, 'another process runs under this connector id')
    this.stop()
    for (const shard of [...this.#held.keys()]) void this.#lose(shard, 'superseded')
    this.#parts.onSuperseded()
    return false
  }

  #armFence(): void {
    clearTimeout(this.#fence)
    if (this.#stopped) return
    const wait = Math.max(1, this.#deadline - this.#parts.monotonic())
    this.#fence = setTimeout(() => void this.#overdue(), wait)
  }

  /**
   * The last heartbeat is about to lapse. When the store did not take the ones since, everything stops now. When there
   * were none, because this process was paused or starved, the store is asked first: what it still shows as ours,
   * after a new heartbeat, nobody has taken and nobody can take.
   */
  async #overdue(): Promise<void> {
    if (this.#renewed || this.#held.size === 0 || this.#isAsking) return
    this.#isAsking = true
    const kept = this.failingSince === undefined && (await this.#askForOurs())
    this.#isAsking = false
    if (kept || this.#stopped) return
    this.#parts.log.error({ shards: this.#held.size }, 'leases not renewed in time: all sockets are stopped')
    for (const shard of [...this.#held.keys()]) void this.#lose(shard, 'not-renewed')
  }

  async #askForOurs(): Promise<boolean> {
    const { book, log } = this.#parts
    log.warn('heartbeats were late: this process was paused or starved')
    if (!(await this.#renew((record) => book.beat(record)))) return false
    try {
      await this.#look()
      return true
    } catch (error) {
      log.warn({ err: error }, 'the leases could not be looked at')
      return false
    }
  }

  get #renewed(): boolean {
    return this.#parts.monotonic() < this.#deadline
  }

  async #lookForEver(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look()
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'the leases could not be looked at')
      }
      await this.#pause(this.#parts.timing.LEASE_LOOK_MS)
    }
  }

  async #look(): Promise<void> {
    const { book, now, id, shards, timing } = this.#parts
    const fleet = await within(timing.LEASE_TTL_MS, book.fleet(now()), 'the look at the leases')
    if (this.#stopped || this.#draining || !this.#renewed) return
    const todo = plan({ me: id, shards, fleet, held: this.#held, mayTakeFree: this.#looks++ > 0 })
    for (const shard of todo.lost) void this.#lose(shard, 'taken')
    await Promise.all([
      ...todo.claim.map((lease) => this.#claim(lease, fleet)),
      ...todo.give.map(({ lease, to }) => this.#give(lease, to)),
    ])
    if (this.#looks > 1) this.#settled.resolve()
  }

  async #claim(observed: Lease, fleet: Fleet): Promise<void> {
    const { book, id, log, onAcquired } = this.#parts
    const lease = await book.claim(observed, id)
    if (!lease || this.#stopped || this.#draining || !this.#renewed) return
    this.#held.set(lease.shard, lease.epoch)
    log.info({ shard: lease.shard, epoch: lease.epoch, from: observed.owner || undefined }, 'shard acquired')
    onAcquired(lease.shard, lease.epoch, originOf(observed, fleet, { id, startedAt: this.#startedAt }))
  }

  async #give(lease: Lease, to: string): Promise<void> {
    const at = this.#parts.now()
    await this.#lose(lease.shard, 'handover')
    const given = await this.#parts.book.handOver(lease, to, { why: 'rebalance', at })
    this.#parts.log.info({ shard: lease.shard, to, given }, 'shard handed over')
  }

  #lose(shard: number, why: Loss): Promise<void> {
    if (!this.#held.delete(shard)) return Promise.resolve()
    if (why === 'taken') this.#parts.log.warn({ shard }, 'shard taken by another connector')
    return this.#parts.onLost(shard, why)
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, milliseconds)
      this.#timers.add(timer)
    })
  }
}

const RETRY_MS = 250
