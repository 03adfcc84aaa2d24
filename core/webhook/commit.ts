/**
 * Writes down what became of a round: deliveries and what is set aside first, the marks in the logs next, what is no
 * longer set aside last. Whoever dies in between leaves events that are posted twice, and none that is not.
 */
import { updating } from '../platform/expression.ts'
import type { State } from './batch.ts'
import { deliveryItem } from './deliveries.ts'
import type { Desk } from './desk.ts'
import type { Changes } from './round.ts'
import { type Feed, feedExpiry, feedKey, replayItem, replayKey, retryItem, retryKey } from './work.ts'

/** @returns false when somebody else has moved a mark: then the endpoint is not ours any more */
export async function commit(desk: Pick<Desk, 'store' | 'retention'>, state: State, changes: Changes) {
  const { store, retention } = desk
  const { id } = state.endpoint
  const now = store.now()
  const items = [
    ...changes.deliveries.map((delivery) => deliveryItem(delivery, now, retention.eventSeconds)),
    ...changes.aside.map((retry) => retryItem(id, retry)),
    ...changes.replays.flatMap(({ replay, after, isEnd }) =>
      isEnd || after === replay.after ? [] : [replayItem(id, { ...replay, after })],
    ),
  ]
  if (items.length > 0) await store.putMany('main', onlyLast(items))
  const moved = await Promise.all(
    [...Map.groupBy(changes.feeds, ({ stream }) => stream).values()].map((own) =>
      moveMark(desk, state, Object.assign({}, ...own)),
    ),
  )
  const gone = [
    ...changes.done.map(({ eventId }) => retryKey(id, eventId)),
    ...changes.replays.flatMap(({ replay, isEnd }) => (isEnd ? [replayKey(id, replay.id)] : [])),
  ]
  if (gone.length > 0) await store.removeMany('main', gone)
  remember(state, changes)
  return moved.every(Boolean)
}

/** An event may be set aside and then tried in one round; the later word counts. */
const onlyLast = <T extends { pk: string; sk: string }>(items: T[]): T[] => [
  ...new Map(items.map((item) => [`${item.pk}\0${item.sk}`, item])).values(),
]

async function moveMark(
  { store, retention }: Pick<Desk, 'store' | 'retention'>,
  { endpoint, feeds }: State,
  { stream, cursor, settled }: Changes['feeds'][number],
): Promise<boolean> {
  const feed = feeds.get(stream)
  if (!feed || ((cursor ?? feed.cursor) === feed.cursor && (settled ?? feed.settled) === feed.settled))
    return true
  const next: Feed = { stream, cursor: cursor ?? feed.cursor, settled: settled ?? feed.settled }
  const update = updating()
    .set('stream', stream)
    .set('cursor', next.cursor)
    .set('settled', next.settled)
    .set('expiresAt', feedExpiry(store.now(), retention.eventSeconds))
  const before = update.name('cursor')
  update.where(`attribute_not_exists(${before}) OR ${before} <= ${update.value(feed.cursor)}`)
  const isOurs = await store.update('main', feedKey(endpoint.id, stream), update.build())
  if (isOurs) feeds.set(stream, next)
  return isOurs
}

function remember(state: State, { aside, done, feeds, replays }: Changes): void {
  for (const retry of aside) state.retries.set(retry.eventId, retry)
  for (const { eventId } of done) state.retries.delete(eventId)
  for (const { stream, isRead } of feeds) if (isRead) state.read.add(stream)
  for (const { replay, after, isEnd } of replays) {
    if (isEnd) state.replays.delete(replay.id)
    else state.replays.set(replay.id, { ...replay, after })
  }
}
