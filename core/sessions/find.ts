/** Reading sessions: one, those of an account, those of a shard, and the changes that a status went through. */
import type { Page, Store } from '../platform/dynamo.ts'
import { pagesOf } from '../platform/pages.ts'
import { HISTORY_PREFIX } from '../projection/index.ts'
import { Session, StatusChange, sessionKey, sessionPartition } from '../session.ts'

export const listingPartition = (accountId: string): string => `SESSIONS#${accountId}`
/** By age. */
export const listingPlace = ({ createdAt, id }: Pick<Session, 'createdAt' | 'id'>): string =>
  `${createdAt}#${id}`
export const shardPartition = (shard: number): string => `SHARD#${shard}`

/** Why a session stands in its shard's index: something was asked of the connector, or it should be connected. */
export const intentPlace = (id: string): string => `${INTENT}${id}`
export const wantedPlace = (id: string): string => `wanted#${id}`
const INTENT = 'intent#'

/** Deleted sessions are found until they are purged: see `deletedAt`. */
export const find = (store: Store, id: string): Promise<Session | undefined> =>
  store.get('main', Session, sessionKey(id))

/** The sessions of a shard that a connector has to care about: wanted ones, and those with a pending intent. */
export const ofShard = (store: Store, shard: number): AsyncGenerator<Session> =>
  everyPage(store, 'shard', shardPartition(shard))

/** The sessions of a shard of which something was asked that is not done yet. */
export async function pendingIntents(store: Store, shard: number): Promise<Session[]> {
  const found: Session[] = []
  for await (const session of everyPage(store, 'shard', shardPartition(shard), { prefix: INTENT }))
    found.push(session)
  return found
}

/** All sessions of an account behind a place in the list, the oldest first. */
export const ofAccount = (store: Store, accountId: string, after?: string): AsyncGenerator<Session> =>
  everyPage(store, 'listing', listingPartition(accountId), after ? { after } : {})

/** The latest status changes, newest first. */
export const history = async (store: Store, id: string, limit = 50): Promise<StatusChange[]> =>
  (await historyPage(store, id, { limit })).items

export const historyPage = (
  store: Store,
  id: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<StatusChange>> =>
  store.query('main', StatusChange, sessionPartition(id), {
    ...page,
    prefix: HISTORY_PREFIX,
    newestFirst: true,
  })

async function* everyPage(
  store: Store,
  index: 'shard' | 'listing',
  partition: string,
  range: { prefix?: string; after?: string } = {},
): AsyncGenerator<Session> {
  for await (const items of pagesOf(store, 'main', Session, partition, { index, ...range })) yield* items
}
