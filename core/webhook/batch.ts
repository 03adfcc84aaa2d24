/**
 * What one round of a drain is about: events that are to be tried again, the next page of each log that has news, what
 * became visible late, replays. Chooses, and sends nothing.
 */

import { wants } from '../events/filter.ts'
import { sessionPartition } from '../partition.ts'
import type { Store } from '../platform/dynamo.ts'
import { Delivery, deliveryKey, failedAfter, takenBetween } from './deliveries.ts'
import { LIMITS } from './desk.ts'
import { type Endpoint, isOfCampaign, isWanted } from './endpoint.ts'
import { laneOf, Told } from './envelope.ts'
import type { Shared } from './shared.ts'
import { type Feed, isOpen, type Replay, type Retry, SETTLE_EVERY, settledBy } from './work.ts'

/** An event that is to be posted now, or set aside when its lane is held. */
export type Unit = {
  event: Told
  lane: string
  from: 'retry' | 'feed' | 'late' | 'replay'
  retry?: Retry
  /** What was made of it when it was sent before. */
  former?: Delivery
}

/** A stretch of a log, or of what failed, that this round reads: where it ends, and whether that is the end of it. */
type Stretch = { units: Unit[]; last: string | undefined; isEnd: boolean }

export type Batch = {
  retries: Unit[]
  /** Of these the events are not to be had any more. */
  lost: Retry[]
  feeds: (Stretch & { feed: Feed })[]
  late: { feed: Feed; units: Unit[]; until: string }[]
  replays: (Stretch & { replay: Replay })[]
}

const NOTHING: Batch = { retries: [], lost: [], feeds: [], late: [], replays: [] }

export const unitsOf = ({ retries, feeds, late, replays }: Batch): Unit[] => [
  ...retries,
  ...late.flatMap(({ units }) => units),
  ...feeds.flatMap(({ units }) => units),
  ...replays.flatMap(({ units }) => units),
]

/** What a drain knows between its rounds. */
export type State = {
  endpoint: Endpoint
  retries: Map<string, Retry>
  replays: Map<string, Replay>
  feeds: Map<string, Feed>
  /** Logs that were read to their end. */
  read: Set<string>
}

type Readers = { store: Store; shared: Shared }

const page = async (store: Store, stream: string, after: string, limit: number) =>
  store.query('events', Told, sessionPartition(stream), { after, limit })

export async function nextBatch({ store, shared }: Readers, state: State, isDown: boolean): Promise<Batch> {
  const now = store.now()
  const due = dueRetries([...state.retries.values()], now)
  if (isDown) return probe({ store, shared }, state, due)
  const { units: retries, lost } = await unitsOfRetries(store, due.slice(0, LIMITS.page))
  const late = await lateOf(store, state, now)
  if (state.retries.size >= LIMITS.aside) return { ...NOTHING, retries, lost, late }
  const [feeds, replays] = await Promise.all([
    feedsOf(shared, state),
    Promise.all([...state.replays.values()].slice(0, 1).map((replay) => replayOf(store, state, replay))),
  ])
  return { retries, lost, late, feeds, replays }
}

/** One event finds out whether the endpoint answers again; what a person asked for comes first. */
async function probe({ store, shared }: Readers, state: State, due: Retry[]): Promise<Batch> {
  const inOrder = [...state.retries.values()].sort(byPlace)
  const chosen = due.find(({ manual }) => manual) ?? inOrder.find(({ manual }) => !manual)
  if (chosen) {
    const { units, lost } = await unitsOfRetries(store, [chosen])
    return { ...NOTHING, retries: units, lost }
  }
  const feeds = await feedsOf(shared, state)
  const first = feeds.findIndex(({ units }) => units.length > 0)
  if (first >= 0) return { ...NOTHING, feeds: feeds.slice(0, first + 1).map(firstOf) }
  const [asked] = state.replays.values()
  return { ...NOTHING, feeds, replays: asked ? [firstOf(await replayOf(store, state, asked))] : [] }
}

function firstOf<S extends Stretch>(stretch: S): S {
  const [unit, ...others] = stretch.units
  return unit && others.length > 0
    ? { ...stretch, units: [unit], last: unit.event.id, isEnd: false }
    : stretch
}

const byPlace = (one: Retry, other: Retry): number => (one.eventId < other.eventId ? -1 : 1)

/** Those whose time has come, in order; behind one that holds up its lane nothing of the lane is due. */
export function dueRetries(retries: Retry[], now: number): Retry[] {
  const held = new Set<string>()
  return retries.sort(byPlace).filter((retry) => {
    const isDue = retry.nextAt <= now
    if (retry.manual) return isDue
    if (held.has(retry.lane)) return false
    if (!isDue && retry.count < LIMITS.holds) held.add(retry.lane)
    return isDue
  })
}

/** When the next of them is due, in ms: those that wait behind one of their lane come with it. */
export function nextRetryAt(retries: Retry[]): number | undefined {
  const held = new Set<string>()
  const times = retries.sort(byPlace).flatMap(({ lane, manual, count, nextAt }) => {
    if (manual) return [nextAt]
    if (held.has(lane)) return []
    if (count < LIMITS.holds) held.add(lane)
    return [nextAt]
  })
  return times.length > 0 ? Math.min(...times) : undefined
}

/** True when there is nothing to post and no mark to move. */
export const isEmpty = (batch: Batch): boolean =>
  unitsOf(batch).length + batch.lost.length + batch.late.length + batch.replays.length === 0 &&
  batch.feeds.every(({ last }) => last === undefined)

/** Lanes in which an event waits that holds up the others, and until when. `posted` are tried in this very round. */
export function heldLanes(retries: Iterable<Retry>, posted: ReadonlySet<string>): Map<string, number> {
  const held = new Map<string, number>()
  for (const { eventId, lane, count, manual, nextAt } of retries)
    if (!manual && count < LIMITS.holds && !posted.has(eventId))
      held.set(lane, Math.max(nextAt, held.get(lane) ?? 0))
  return held
}

async function unitsOfRetries(store: Store, retries: Retry[]): Promise<{ units: Unit[]; lost: Retry[] }> {
  const stored = retries.filter(({ event }) => !event)
  const keys = stored.map(({ stream, eventId }) => ({ pk: sessionPartition(stream), sk: eventId }))
  const items = await store.getMany('events', keys)
  const events = new Map(items.map((item) => [String(item.sk), Told.parse(item)]))
  const units = retries.flatMap((retry): Unit[] => {
    const event = retry.event ?? events.get(retry.eventId)
    const lane = retry.manual ? `manual ${retry.eventId}` : retry.lane
    return event ? [{ event, lane, from: 'retry', retry }] : []
  })
  return { units, lost: stored.filter(({ eventId }) => !events.has(eventId)) }
}

const isNew = ({ retries }: State, { id }: Told): boolean => !retries.has(id)

function feedsOf(shared: Shared, state: State): Promise<Batch['feeds']> {
  const { endpoint, feeds, read } = state
  const unread = [...feeds.values()].filter(({ stream }) => !read.has(stream))
  return Promise.all(
    unread.slice(0, LIMITS.streams).map(async (feed) => {
      const { items, cursor } = await shared.page(feed.stream, feed.cursor, LIMITS.fresh)
      const wanted = items.filter((event) => isWanted(endpoint, event) && isNew(state, event))
      const units = wanted.map((event): Unit => ({ event, lane: laneOf(event), from: 'feed' }))
      return { feed, units, last: items.at(-1)?.id, isEnd: !cursor }
    }),
  )
}

/** Looks once at what is old enough, and not at every turn: when all is, or when it has become much. */
async function lateOf(store: Store, { endpoint, feeds }: State, now: number): Promise<Batch['late']> {
  const visible = settledBy(now)
  const wait = settledBy(now - SETTLE_EVERY)
  const open = [...feeds.values()].filter(
    (feed) => isOpen(feed) && feed.settled < visible && (feed.cursor <= visible || feed.settled < wait),
  )
  return Promise.all(
    open.slice(0, LIMITS.streams).map(async (feed) => {
      const { items, cursor } = await page(store, feed.stream, feed.settled, 5 * LIMITS.page)
      const end = feed.cursor < visible ? feed.cursor : visible
      const inRange = items.filter(({ id }) => id <= end)
      const wanted = inRange.filter((event) => isWanted(endpoint, event))
      const [first, last] = [wanted[0], wanted.at(-1)]
      const taken = first && last ? await takenBetween(store, endpoint.id, first.id, last.id) : new Set()
      const units = wanted
        .filter(({ id }) => !taken.has(id))
        .map((event): Unit => ({ event, lane: laneOf(event), from: 'late' }))
      const isAll = !cursor || inRange.length < items.length
      return { feed, units, until: isAll ? end : (inRange.at(-1)?.id ?? end) }
    }),
  )
}

async function replayOf(store: Store, state: State, replay: Replay): Promise<Batch['replays'][number]> {
  const { stream, after, until, events, messageId } = replay
  if (!stream) return failedOnes(store, state, replay)
  const { items, cursor } = await page(store, stream, after, LIMITS.page)
  const asked = items
    .filter(({ id, type }) => id <= until && wants(events ?? state.endpoint.events, type))
    .filter((event) => isOfCampaign(state.endpoint, event))
    .filter((event) => isNew(state, event) && (!messageId || isAbout(event, messageId)))
  const keys = asked.map(({ id }) => deliveryKey(state.endpoint.id, id))
  const former = await store.getMany('main', keys)
  const units = oncemore(
    asked,
    former.map((item) => Delivery.parse(item)),
  )
  const last = items.at(-1)?.id
  return { replay, units, last, isEnd: !cursor || (last !== undefined && last >= until) }
}

async function failedOnes(store: Store, state: State, replay: Replay): Promise<Batch['replays'][number]> {
  const { items, isLast } = await failedAfter(store, state.endpoint.id, { ...replay, limit: LIMITS.page })
  const keys = items.map(({ stream, eventId }) => ({ pk: sessionPartition(stream), sk: eventId }))
  const found = await store.getMany('events', keys)
  const events = found
    .map((item) => Told.parse(item))
    .filter((event) => isNew(state, event))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
  const units = oncemore(events, items)
  return { replay, units, last: items.at(-1)?.eventId, isEnd: isLast }
}

function oncemore(events: Told[], deliveries: Delivery[]): Unit[] {
  const former = new Map(deliveries.map((delivery) => [delivery.eventId, delivery]))
  return events.map((event) => {
    const before = former.get(event.id)
    const lane = `replay ${laneOf(event)}`
    return { event, lane, from: 'replay', ...(before ? { former: before } : {}) }
  })
}

/** The message itself, or what became of it. */
function isAbout({ payload }: Told, messageId: string): boolean {
  const {
    message,
    messageId: named,
    target,
  } = payload as {
    message?: { id?: unknown }
    messageId?: unknown
    target?: { id?: unknown; messageId?: unknown }
  }
  return [message?.id, named, target?.id, target?.messageId].includes(messageId)
}
