/**
 * Keeps this connector's leases: looks at the fleet, claims, gives and leaves. When heartbeats do not get through,
 * `onLost` is called a margin before the last one lapses, so before anybody else could own a shard; a process that was
 * paused (the clock is monotonic) asks whether it still owns anything before it goes on; and a shard is handed on only
 * after its sockets are closed.
 */
import type { ConnectorRecord, Fleet, Lease, Load } from '#core/lease.ts'
import { type Clock, iso } from '#core/platform/clock.ts'
import type { Log } from '#core/platform/log.ts'
import type { Timing } from '../timing.ts'
import { within } from '../within.ts'
import { Heartbeat, type HeartbeatTiming } from './heartbeat.ts'
import { leave } from './leaving.ts'
import { type Origin, Origins } from './origin.ts'
import { plan } from './plan.ts'

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
  timing: HeartbeatTiming & Pick<Timing, 'LEASE_LOOK_MS'>
  now: Clock
  monotonic: Clock
  log: Log
  /** @param origin undefined when nobody had it before */
  onAcquired(shard: number, epoch: number, origin: Origin | undefined): void
  /** Resolves when the sockets of the shard are closed. */
  onLost(shard: number, why: Loss): Promise<void>
  /** Another process runs under this id: this one has to end. */
  onSuperseded(): void
  /** What every look sees. */
  onLook?(fleet: Fleet): void
  /** How many sessions run here, for the fleet's eyes. */
  sessions(): number
  /** How many of these have no connection and seek one. */
  away?(): number
  /** Messages that wait, by session. */
  queues?(): Record<string, number>
  load?(): Load
}

export class Keeper {
  readonly #parts: KeeperParts
  readonly #held = new Map<number, number>()
  /** Shards that are being closed, to be given away. */
  readonly #leaving = new Set<number>()
  readonly #origins: Origins
  readonly #startedAt: number
  readonly #heartbeat: Heartbeat
  #looks = 0
  readonly #settled = Promise.withResolvers<void>()
  #draining = false
  #stopped = false
  #isAsking = false
  #nextLook: NodeJS.Timeout | undefined

  constructor(parts: KeeperParts) {
    const { book, timing, now, monotonic, log } = parts
    this.#parts = parts
    this.#startedAt = now()
    this.#origins = new Origins({ id: parts.id, startedAt: this.#startedAt })
    this.#heartbeat = new Heartbeat({
      register: book.register,
      beat: book.beat,
      about: () => this.#about(),
      timing,
      now,
      monotonic,
      log,
      onLapse: (lateMs) => void this.#lapsed(lateMs),
      onSuperseded: () => this.#superseded(),
    })
  }

  /** When heartbeats began to fail (ms since 1970); undefined while they get through. */
  get failingSince(): number | undefined {
    return this.#heartbeat.failingSince
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
    await this.#heartbeat.start()
    if (!this.#stopped) void this.#lookForEver()
  }

  /** Closes all shards, hands each on, and takes this connector off the list. */
  async drain(): Promise<void> {
    const { book, now, log, id, shards } = this.#parts
    this.#draining = true
    await leave({
      me: id,
      shards,
      held: new Map(this.#held),
      book,
      announced: this.#heartbeat.beat(),
      close: (shard) => this.#lose(shard, 'drain'),
      now,
      log,
    })
    await this.resign()
  }

  /** Takes this connector off the list at once: what it still holds is free. Its process has to end then. */
  async resign(): Promise<void> {
    if (this.#stopped) return
    this.stop()
    const { book, id, log } = this.#parts
    await book
      .unregister(id)
      .catch((error: unknown) => log.warn({ err: error }, 'still on the list; it lapses'))
  }

  /** Ends the loops, as a crash would: leases lapse by themselves. */
  stop(): void {
    this.#stopped = true
    this.#heartbeat.stop()
    clearTimeout(this.#nextLook)
  }

  #about(): Omit<ConnectorRecord, 'beat' | 'beatAt' | 'until'> {
    const { id, boot, sessions, away, queues, load } = this.#parts
    return {
      id,
      boot,
      startedAt: iso(this.#startedAt),
      draining: this.#draining,
      shards: [...this.#held.keys()],
      sessions: sessions(),
      ...(away ? { away: away() } : {}),
      ...(queues ? { queues: queues() } : {}),
      ...(load ? { load: load() } : {}),
    }
  }

  #superseded(): void {
    this.#parts.log.error({ id: this.#parts.id }, 'another process runs under this connector id')
    this.stop()
    this.#loseAll('superseded')
    this.#parts.onSuperseded()
  }

  /**
   * The last heartbeat is about to lapse. When the store was silent meanwhile, everything stops now. When it was this
   * process that was paused or starved, the store is asked first: what it still shows as ours, after a new heartbeat,
   * nobody has taken and nobody can take. As long as nobody else could own anything yet, that must not take longer; after
   * that only the epochs protect what others have taken, and there is time.
   */
  async #lapsed(lateMs: number): Promise<void> {
    if (this.#held.size === 0 || this.#isAsking) return
    const { timing, log } = this.#parts
    const left = timing.FENCE_MARGIN_MS - LATE_MS - lateMs
    this.#isAsking = true
    const kept =
      lateMs > LATE_MS &&
      (await this.#askForOurs(left > 0 ? left : timing.LEASE_TTL_MS - timing.FENCE_MARGIN_MS))
    this.#isAsking = false
    if (kept || this.#stopped) return
    log.error({ shards: this.#held.size, lateMs }, 'leases not renewed in time: all sockets are stopped')
    this.#loseAll('not-renewed')
  }

  async #askForOurs(patienceMs: number): Promise<boolean> {
    const { log } = this.#parts
    log.warn('heartbeats were late: this process was paused or starved')
    const ask = async () => {
      const renewed = await this.#heartbeat.beat()
      if (renewed) await this.#look()
      return renewed
    }
    try {
      return await within(patienceMs, ask(), 'asking for what is still ours')
    } catch (error) {
      log.warn({ err: error }, 'the leases could not be asked for')
      return false
    }
  }

  async #lookForEver(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look()
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'the leases could not be looked at')
      }
      await new Promise<void>((resolve) => {
        this.#nextLook = setTimeout(resolve, this.#parts.timing.LEASE_LOOK_MS)
      })
    }
  }

  async #look(): Promise<void> {
    const { book, now, id, shards, timing } = this.#parts
    const fleet = await within(timing.LEASE_TTL_MS, book.fleet(now()), 'the look at the leases')
    if (this.#stopped || this.#draining || !this.#heartbeat.holds) return
    this.#parts.onLook?.(fleet)
    const todo = plan({
      me: id,
      shards,
      fleet,
      held: this.#held,
      leaving: this.#leaving,
      mayTakeFree: this.#looks++ > 0,
    })
    for (const shard of todo.lost) void this.#lose(shard, 'taken')
    for (const { lease, to } of todo.give) void this.#give(lease, to)
    await Promise.all(todo.claim.map((lease) => this.#claim(lease, fleet)))
    if (this.#looks > 1) this.#settled.resolve()
  }

  async #claim(observed: Lease, fleet: Fleet): Promise<void> {
    const { book, id, log, onAcquired } = this.#parts
    const origin = this.#origins.of(observed, fleet)
    const lease = await book.claim(observed, id)
    if (!lease || this.#stopped || this.#draining || !this.#heartbeat.holds) return
    this.#held.set(lease.shard, lease.epoch)
    log.info({ shard: lease.shard, epoch: lease.epoch, from: observed.owner || undefined }, 'shard acquired')
    this.#origins.held(lease.shard)
    onAcquired(lease.shard, lease.epoch, origin)
  }

  /** However long the sockets take to close, everything else goes on. */
  async #give(lease: Lease, to: string): Promise<void> {
    const { book, now, log } = this.#parts
    const at = now()
    this.#leaving.add(lease.shard)
    try {
      await this.#lose(lease.shard, 'handover')
      const given = await book.handOver(lease, to, { why: 'rebalance', at })
      log.info({ shard: lease.shard, to, given }, 'shard handed over')
    } catch (error) {
      log.warn({ err: error, shard: lease.shard }, 'shard closed and not handed over; it is taken again')
    } finally {
      this.#leaving.delete(lease.shard)
    }
  }

  #lose(shard: number, why: Loss): Promise<void> {
    if (!this.#held.delete(shard)) return Promise.resolve()
    if (why === 'not-renewed') this.#origins.letGo(shard, this.#parts.now())
    if (why === 'taken') this.#parts.log.warn({ shard }, 'shard taken by another connector')
    return this.#parts.onLost(shard, why)
  }

  #loseAll(why: Loss): void {
    for (const shard of [...this.#held.keys()]) void this.#lose(shard, why)
  }
}

/** A timer that fires later than this was held up: by a pause of the process, or by want of processor time. */
const LATE_MS = 250
