/**
 * All shards of this connector. A shard that comes back while its former life is still ending waits for that end, so
 * that a session never has two sockets here.
 */
import type { Log } from '#core/platform/log.ts'
import type { Loss } from '../leases/keeper.ts'
import type { Origin } from '../leases/origin.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { within } from '../within.ts'
import { Shard, type ShardParts } from './shard.ts'

const ENDING_MS = 3_000
const TICK_MS = 500

export class Shards {
  readonly #parts: ShardParts
  readonly #log: Log
  readonly #shards = new Map<number, Shard>()
  readonly #ending = new Map<number, Promise<void>>()
  /** Why the sessions of a shard are connected anew, where it is not a simple takeover. */
  readonly #reasons = new Map<number, string>()
  readonly #timer: NodeJS.Timeout

  constructor(parts: ShardParts) {
    this.#parts = parts
    this.#log = parts.log
    this.#timer = setInterval(() => {
      for (const shard of this.#shards.values()) shard.tick()
    }, TICK_MS)
  }

  get all(): readonly Shard[] {
    return [...this.#shards.values()]
  }

  get supervisors(): Supervisor[] {
    return this.all.flatMap((shard) => [...shard.supervisors])
  }

  async acquire(number: number, epoch: number, origin?: Origin): Promise<void> {
    const shard = new Shard(number, epoch, this.#reasons.get(number) ?? 'takeover', this.#parts, origin)
    this.#reasons.delete(number)
    this.#shards.set(number, shard)
    const ending = this.#ending.get(number)
    if (ending)
      await within(ENDING_MS, ending, 'the end of a shard').catch((error) => this.#log.warn({ err: error }))
    if (this.#shards.get(number) === shard) shard.start()
  }

  /** Resolves when its sockets are closed. */
  async lose(number: number, why: Loss): Promise<void> {
    const shard = this.#shards.get(number)
    if (!shard) return
    this.#shards.delete(number)
    if (why === 'not-renewed') this.#reasons.set(number, 'store_unavailable')
    const ended = shard.release(why === 'drain' || why === 'handover')
    this.#ending.set(number, ended)
    await ended
    if (this.#ending.get(number) === ended) this.#ending.delete(number)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
