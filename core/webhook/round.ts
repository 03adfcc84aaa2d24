/**
 * One round of a drain: posts a batch, event after event in each lane, and says what has to be written down about it.
 * What fails is set aside; so is what stands behind it in its chat, and what was left undone below something done, so
 * that a mark in a log never passes an event that is neither delivered nor set aside.
 */
import { iso } from '../platform/clock.ts'
import { type Batch, heldLanes, type State, type Unit, unitsOf } from './batch.ts'
import type { Delivery } from './deliveries.ts'
import { type Desk, LIMITS } from './desk.ts'
import type { Observed, Outcome } from './health.ts'
import { runLanes } from './lanes.ts'
import { nextAttempt } from './policy.ts'
import type { Post } from './poster.ts'
import { deliveryOf, retryOf, withAttempt } from './record.ts'
import type { Replay, Retry } from './work.ts'

/** What became of a round, to be written down. */
export type Changes = {
  deliveries: Delivery[]
  /** Set aside, or set aside still. */
  aside: Retry[]
  /** No longer. */
  done: Retry[]
  feeds: { stream: string; cursor?: string; settled?: string; isRead?: boolean }[]
  replays: { replay: Replay; after: string; isEnd: boolean }[]
}

type Parts = {
  desk: Pick<Desk, 'store' | 'random'>
  state: State
  health: Observed
  post: Post
  /** When nothing new is begun any more, in ms. */
  until: number
}

export async function playRound(batch: Batch, parts: Parts): Promise<Changes> {
  const round = new Round(batch, parts)
  await round.play()
  return round.changes
}

class Round {
  readonly changes: Changes = { deliveries: [], aside: [], done: [], feeds: [], replays: [] }
  readonly #batch: Batch
  readonly #parts: Parts
  /** Events that were posted or set aside. */
  readonly #touched = new Set<string>()
  /** Lanes that wait for one of theirs, and until when. */
  readonly #held: Map<string, number>

  constructor(batch: Batch, parts: Parts) {
    this.#batch = batch
    this.#parts = parts
    const posted = new Set(batch.retries.map(({ event }) => event.id))
    this.#held = heldLanes(parts.state.retries.values(), posted)
  }

  async play(): Promise<void> {
    const { health, desk, until } = this.#parts
    this.#setAsideHeld()
    const free = unitsOf(this.#batch).filter((unit) => !this.#isTouched(unit))
    await runLanes(
      [...Map.groupBy(free, ({ lane }) => lane).values()],
      () => (health.health.failures > 0 ? 1 : LIMITS.width),
      () => health.isStopped || desk.store.now() >= until,
      (unit) => this.#attend(unit),
    )
    this.#setAsideHeld()
    this.#moveMarks()
    for (const retry of this.#batch.lost) this.#giveUp(retry)
  }

  /** @returns false when what stands behind it has to wait */
  async #attend(unit: Unit): Promise<boolean> {
    const { desk, state, health, post } = this.#parts
    this.#touched.add(unit.event.id)
    const outcome = await post(unit.event)
    const now = desk.store.now()
    const retry = withAttempt(unit.retry ?? retryOf(unit, now), outcome, now)
    if (outcome.ok) {
      health.succeeded(now)
      this.#end(unit, retry, 'delivered', outcome)
      return true
    }
    health.failed(outcome, now)
    const next = this.#next(retry, now)
    if (next === undefined) {
      this.#end(unit, retry, 'failed', outcome)
      return true
    }
    const waiting = { ...retry, nextAt: Math.max(next, now + (outcome.pause ?? 0)) }
    this.changes.aside.push(waiting)
    this.changes.deliveries.push(deliveryOf(state.endpoint, unit.event, waiting, 'waiting', outcome))
    if (retry.manual || retry.count >= LIMITS.holds) return true
    this.#held.set(unit.lane, waiting.nextAt)
    return false
  }

  /** An event that stands in no log, a test, is tried once. */
  #next({ count: attempts, firstAt, event }: Retry, now: number): number | undefined {
    const { desk, state } = this.#parts
    if (event) return
    return nextAttempt(state.endpoint.retries, { attempts, firstAt: firstAt ?? now, now }, desk.random())
  }

  #end(unit: Unit, retry: Retry, status: 'delivered' | 'failed', outcome: Outcome): void {
    if (unit.retry) this.changes.done.push(retry)
    this.changes.deliveries.push(deliveryOf(this.#parts.state.endpoint, unit.event, retry, status, outcome))
  }

  #giveUp(retry: Retry): void {
    const at = iso(this.#parts.desk.store.now())
    const attempts = [...retry.attempts, { at, error: 'event_expired', latencyMs: 0 }]
    const event = { id: retry.eventId, type: retry.type, sessionId: retry.stream }
    this.changes.done.push(retry)
    this.changes.deliveries.push(
      deliveryOf(this.#parts.state.endpoint, event, { ...retry, attempts }, 'failed'),
    )
  }

  #isTouched = ({ event }: Unit): boolean => this.#touched.has(event.id)

  #setAside = (unit: Unit): void => {
    const nextAt = this.#held.get(unit.lane) ?? this.#parts.desk.store.now()
    const retry = retryOf(unit, nextAt)
    this.#touched.add(unit.event.id)
    this.changes.aside.push(retry)
    this.changes.deliveries.push(deliveryOf(this.#parts.state.endpoint, unit.event, retry, 'waiting'))
  }

  /** What stands behind an event of its lane that waits. Those that are aside already stay where they are. */
  #setAsideHeld(): void {
    for (const unit of unitsOf(this.#batch))
      if (unit.from !== 'retry' && this.#held.has(unit.lane) && !this.#isTouched(unit)) this.#setAside(unit)
  }

  #moveMarks(): void {
    const { feeds, late, replays } = this.#batch
    for (const { feed, units, last, isEnd } of feeds) {
      const { place, isAll } = this.#reach(units, last)
      const isRead = isEnd && isAll
      this.changes.feeds.push({ stream: feed.stream, ...(place ? { cursor: place } : {}), isRead })
    }
    for (const { feed, units, until: settled } of late) {
      for (const unit of units) if (!this.#isTouched(unit)) this.#setAside(unit)
      this.changes.feeds.push({ stream: feed.stream, settled })
    }
    for (const { replay, units, last, isEnd } of replays) {
      const { place, isAll } = this.#reach(units, last)
      this.changes.replays.push({ replay, after: place ?? replay.after, isEnd: isEnd && isAll })
    }
  }

  /** How far a stretch is done: to its end, or to the last that was touched; what lies undone below that is set aside. */
  #reach(units: Unit[], end: string | undefined): { place: string | undefined; isAll: boolean } {
    const undone = units.filter((unit) => !this.#isTouched(unit))
    if (undone.length === 0) return { place: end, isAll: true }
    const highest = units.findLast(this.#isTouched)?.event.id
    if (highest === undefined) return { place: undefined, isAll: false }
    for (const unit of undone) if (unit.event.id < highest) this.#setAside(unit)
    return { place: highest, isAll: false }
  }
}
