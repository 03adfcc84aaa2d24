/**
 * Brings an endpoint up to date: everything that is behind its marks is posted, in rounds, until nothing is left, the
 * endpoint does not answer, or time is up; then it is written down when to go on. Whatever happens in between, an event
 * is delivered or will be.
 */
import { append } from '../log.ts'
import { iso } from '../platform/clock.ts'
import type { Key } from '../platform/dynamo.ts'
import { isEmpty, nextBatch, nextRetryAt, type State } from './batch.ts'
import { commit } from './commit.ts'
import { type Desk, LIMITS } from './desk.ts'
import type { Endpoint } from './endpoint.ts'
import { accountStream } from './envelope.ts'
import { type Health, type Observed, observe } from './health.ts'
import { acquire, release } from './lease.ts'
import { type Post, poster } from './poster.ts'
import { playRound } from './round.ts'
import { feedsOf, isOpen, newsKey, SETTLE_EVERY, settledBy, todoOf } from './work.ts'

/** Repeating it, at any time and from anywhere, is safe. @throws when the store does not answer */
export async function drain(desk: Desk, key: Key): Promise<void> {
  const { store, leaseMs } = desk
  const until = store.now() + leaseMs / 3
  const endpoint = await acquire(store, key, leaseMs)
  if (!endpoint) return
  const observed = observe(endpoint)
  const { health } = observed
  for (;;) {
    const state = endpoint.active ? await work(desk, endpoint, observed, until) : undefined
    if (state === 'lost') return
    // News that came meanwhile is for the time that is left; without any the next drain has it.
    const isLast = observed.isStopped || store.now() >= until
    const turn = state && nextTurn(state, health, store.now())
    const released = await release(desk, key, endpoint, health, turn?.at, isLast)
    if (released === 'again') continue
    if (released !== 'lost') await follow(desk, key, endpoint, observed, released === 'left', turn)
    return
  }
}

/** What is left to say when the lease is given back. */
async function follow(
  desk: Desk,
  key: Key,
  endpoint: Endpoint,
  observed: Observed,
  hasNews: boolean,
  turn: Turn | undefined,
): Promise<void> {
  if (observed.health.disabled && endpoint.active) await tellDisabled(desk, endpoint, observed.health)
  else if (hasNews && !observed.isResting(desk.store.now())) await desk.wake(key)
  else if (turn && !turn.isAnnounced) await wakeAt(desk, key, turn.at)
}

async function work(
  desk: Desk,
  endpoint: Endpoint,
  health: Observed,
  until: number,
): Promise<State | 'lost'> {
  const { store, log } = desk
  const state = await stateOf(desk, endpoint)
  let post: Post
  try {
    post = poster(desk, endpoint)
  } catch (err) {
    log.error({ err, endpointId: endpoint.id }, 'the secrets of a webhook do not open: it stands still')
    health.health.restUntil = store.now() + LIMITS.longestWake
    return state
  }
  while (!health.isStopped && store.now() < until) {
    const isResting = health.isResting(store.now())
    const batch = await nextBatch(desk, isResting ? onlyAsked(state) : state, health.isDown)
    const wasDown = health.isDown
    if (isEmpty(batch)) {
      for (const { feed } of batch.feeds) state.read.add(feed.stream)
      break
    }
    const changes = await playRound(batch, { desk, state, health, post, until })
    if (!(await commit(desk, state, changes))) return 'lost'
    if (wasDown && !health.isDown) haveWaited(state, store.now())
    if (isResting && health.isDown) break
  }
  return state
}

async function stateOf({ store }: Desk, endpoint: Endpoint): Promise<State> {
  const { news, retries, replays } = await todoOf(store, endpoint.id)
  const own = endpoint.sessionId ? [endpoint.sessionId] : news.map(({ stream }) => stream)
  const feeds = await feedsOf(store, endpoint, own)
  if (!endpoint.sessionId) await forgetNews({ store }, endpoint, news, feeds)
  return {
    endpoint,
    retries: new Map(retries.map((retry) => [retry.eventId, retry])),
    replays: new Map(replays.map((replay) => [replay.id, replay])),
    feeds,
    read: new Set(),
  }
}

/** It was down and answers again: what was set aside has waited long enough. */
function haveWaited({ retries }: State, now: number): void {
  for (const [id, retry] of retries) if (!retry.manual) retries.set(id, { ...retry, nextAt: now })
}

/** While it rests only what a person asks for is tried. */
const onlyAsked = (state: State): State => ({
  ...state,
  retries: new Map([...state.retries].filter(([, { manual }]) => manual)),
  feeds: new Map(),
  replays: new Map(),
})

type Turn = { at: number; isAnnounced: boolean }

/** When there is something to do again; undefined when nothing is left. */
function nextTurn(state: State, { disabled, restUntil }: Health, now: number): Turn | undefined {
  if (disabled) return
  const { endpoint, feeds, read, replays } = state
  const retries = [...state.retries.values()]
  if (restUntil > now) return { at: restUntil, isAnnounced: false }
  const next = nextRetryAt(retries)
  const times = next === undefined ? [] : [Math.max(now, next)]
  const hasMore = [...feeds.keys()].some((stream) => !read.has(stream)) || replays.size > 0
  if (hasMore && retries.length < LIMITS.aside) times.push(now)
  const soonest = Math.min(...times, [...feeds.values()].some(isOpen) ? now + SETTLE_EVERY : Infinity)
  if (soonest === Infinity) return
  // A turn that is written down already is announced already; one for settling alone is left to the sweep.
  const former = endpoint.listSk ? Date.parse(endpoint.listSk.slice(0, endpoint.listSk.indexOf('#'))) : 0
  if (former > now && former <= soonest) return { at: former, isAnnounced: true }
  return { at: soonest, isAnnounced: times.length === 0 }
}

/** Soon by the queue; later by the sweep, which finds it in the index. */
async function wakeAt(desk: Desk, key: Key, at: number): Promise<void> {
  const wait = at - desk.store.now()
  if (wait <= LIMITS.longestWake) await desk.wake(key, Math.max(0, wait))
}

type NewsOf = { stream: string; at: number }

/** A log that was read and settled, and that nobody spoke of since, needs no more looks. */
async function forgetNews(
  { store }: Pick<Desk, 'store'>,
  endpoint: Endpoint,
  news: NewsOf[],
  feeds: State['feeds'],
): Promise<void> {
  const visible = settledBy(store.now())
  for (const { stream, at } of news) {
    const feed = feeds.get(stream)
    if (!feed || isOpen(feed) || at > store.now() - SETTLE_EVERY || feed.cursor > visible) continue
    await store.transact([
      {
        table: 'main',
        remove: newsKey(endpoint.id, stream),
        condition: '#at = :at',
        names: { '#at': 'at' },
        values: { ':at': at },
      },
    ])
  }
}

async function tellDisabled(desk: Desk, endpoint: Endpoint, health: Health): Promise<void> {
  const { id, accountId, sessionId, url } = endpoint
  const stream = sessionId ?? accountStream(accountId)
  const { reason = 'failing', at = iso(desk.store.now()) } = health.disabled ?? {}
  desk.log.warn({ endpointId: id, reason }, 'a webhook was given up')
  const payload = { webhookId: id, url, reason, failingSince: health.failingSince ?? at }
  const event = { id: desk.newEventId(), sessionId: stream, accountId, timestamp: at, payload }
  await append(desk.store, desk.retention, [{ ...event, type: 'webhook.disabled' }])
  await desk.tell({ accountId, stream, types: ['webhook.disabled'] })
}
