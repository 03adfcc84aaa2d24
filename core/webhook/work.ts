/**
 * What an endpoint has to do, as items of its own partition: the logs that have news, events that were set aside to be
 * tried again, replays that were asked for; and how far it is in each log.
 */
import * as z from 'zod'
import { EventFilter } from '../events/filter.ts'
import { iso, ttl } from '../platform/clock.ts'
import type { Item, Key, Store } from '../platform/dynamo.ts'
import { lowestUlid } from '../platform/id.ts'
import type { Endpoint } from './endpoint.ts'
import { Told } from './envelope.ts'

export const Attempt = z.object({
  at: z.iso.datetime(),
  code: z.int().optional(),
  error: z.string().optional(),
  latencyMs: z.int(),
})
export type Attempt = z.infer<typeof Attempt>

/** A log with news, since when. Endpoints of one session need none: they have one log to look at. */
const News = z.object({ kind: z.literal('news'), stream: z.string(), at: z.number() })
export type News = z.infer<typeof News>

export const Retry = z.object({
  kind: z.literal('retry'),
  eventId: z.string(),
  type: z.string(),
  stream: z.string(),
  lane: z.string(),
  /** So many failed; the latest of them are kept. */
  count: z.int(),
  /** Attempts that were made before somebody asked for it once more. */
  before: z.int().default(0),
  attempts: z.array(Attempt),
  firstAt: z.number().optional(),
  nextAt: z.number(),
  /** Somebody asked for it: it goes first, waits for nobody and holds up nobody. */
  manual: z.boolean().default(false),
  /** The event itself, where it stands in no log. */
  event: Told.optional(),
})
export type Retry = z.infer<typeof Retry>

/** Events of the log that are told once more: a range of a log, the events of one message in it, or what failed. */
export const Replay = z.object({
  kind: z.literal('replay'),
  id: z.string(),
  /** Absent: the deliveries of this endpoint that failed. */
  stream: z.string().optional(),
  after: z.string(),
  until: z.string(),
  events: EventFilter.optional(),
  messageId: z.string().optional(),
  createdAt: z.iso.datetime(),
})
export type Replay = z.infer<typeof Replay>

const Work = z.discriminatedUnion('kind', [News, Retry, Replay])

const PREFIX = 'WORK#'
/** What one look takes; beyond it the rest waits until some of it is done. */
const MOST = 1_000

export const workPartition = (endpointId: string): string => `WEBHOOK#${endpointId}`
const keyOf = (endpointId: string, rest: string): Key => ({ pk: workPartition(endpointId), sk: rest })
export const newsKey = (endpointId: string, stream: string): Key =>
  keyOf(endpointId, `${PREFIX}NEWS#${stream}`)
export const retryKey = (endpointId: string, eventId: string): Key =>
  keyOf(endpointId, `${PREFIX}RETRY#${eventId}`)
export const replayKey = (endpointId: string, id: string): Key => keyOf(endpointId, `${PREFIX}REPLAY#${id}`)

export const newsItem = (endpointId: string, stream: string, now: number): Item => ({
  ...newsKey(endpointId, stream),
  kind: 'news',
  stream,
  at: now,
})
export const retryItem = (endpointId: string, retry: Retry): Item => ({
  ...retryKey(endpointId, retry.eventId),
  ...retry,
})
export const replayItem = (endpointId: string, replay: Replay): Item => ({
  ...replayKey(endpointId, replay.id),
  ...replay,
})

export type Todo = { news: News[]; retries: Retry[]; replays: Replay[] }

export async function todoOf(store: Store, endpointId: string): Promise<Todo> {
  const { items } = await store.query('main', Work, workPartition(endpointId), {
    prefix: PREFIX,
    limit: MOST,
  })
  return {
    news: items.filter((item) => item.kind === 'news'),
    retries: items.filter((item) => item.kind === 'retry'),
    replays: items.filter((item) => item.kind === 'replay'),
  }
}

/**
 * How far an endpoint is in a log. What is up to `cursor` was delivered or set aside; up to `settled` it was looked for
 * what became visible later than its id says.
 */
export const Feed = z.object({ stream: z.string(), cursor: z.string(), settled: z.string() })
export type Feed = z.infer<typeof Feed>

export const feedKey = (endpointId: string, stream: string): Key => keyOf(endpointId, `FEED#${stream}`)

/** A feed outlives the events that it could be behind of. */
export const feedExpiry = (now: number, eventSeconds: number): number => ttl(now, 3 * eventSeconds)

/** The feeds of these logs; one that is new begins where its endpoint does. */
export async function feedsOf(
  store: Store,
  { id, since }: Pick<Endpoint, 'id' | 'since'>,
  streams: string[],
): Promise<Map<string, Feed>> {
  const found = new Map<string, Feed>()
  const keys = streams.map((stream) => feedKey(id, stream))
  for (const item of await store.getMany('main', keys)) {
    const feed = Feed.parse(item)
    found.set(feed.stream, feed)
  }
  const later = (one: string, other: string) => (one > other ? one : other)
  return new Map(
    streams.map((stream) => {
      const { cursor = since, settled = since } = found.get(stream) ?? {}
      return [stream, { stream, cursor: later(cursor, since), settled: later(settled, since) }]
    }),
  )
}

/** The place in any log of what happens from this moment on. */
export const placeAt = (now: number): string => lowestUlid(now)

/** What is older than this place is visible by now, whoever wrote it. */
const SETTLES_AFTER = 60_000
export const settledBy = (now: number): string => lowestUlid(now - SETTLES_AFTER)
export const SETTLE_EVERY = SETTLES_AFTER + 30_000

export const isOpen = ({ cursor, settled }: Feed): boolean => settled < cursor

export const attemptAt = (now: number): string => iso(now)
