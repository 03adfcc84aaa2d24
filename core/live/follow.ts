/**
 * Following campaigns: a connection that names one hears of it from the log of its session, and of nothing else in there
 * unless it asked for that too.
 */
import { type Place, placesOf } from '../campaign/place.ts'
import { NOTHING } from '../events/filter.ts'
import type { Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import type { Session } from '../session.ts'
import type { Connection } from './connection.ts'
import { type Cursor, here } from './cursor.ts'
import { listen } from './listening.ts'
import { named, type SubscribeDeps } from './named.ts'
import * as Subscriptions from './subscription.ts'

/**
 * The sessions of these campaigns, with the campaigns of each.
 * @throws Fault CAMPAIGN_NOT_FOUND with those that are not the account's, or not of the session that a key opens
 */
export async function followedBy(
  deps: SubscribeDeps,
  connection: Connection,
  campaigns: string[],
): Promise<{ session: Session; ids: string[] }[]> {
  if (campaigns.length === 0) return []
  const isOurs = ({ accountId, sessionId }: Place) =>
    accountId === connection.accountId && [undefined, sessionId].includes(connection.sessionId)
  const places = (await placesOf(deps.store, [...new Set(campaigns)])).filter(isOurs)
  const missing = campaigns.filter((id) => !places.some(({ campaignId }) => campaignId === id))
  if (missing.length > 0)
    throw new Fault('CAMPAIGN_NOT_FOUND', 'Campaign not found', { details: { campaigns: missing } })
  const sessions = await named(deps, connection, [...new Set(places.map(({ sessionId }) => sessionId))])
  return sessions.map((session) => ({
    session,
    ids: places.filter(({ sessionId }) => sessionId === session.id).map(({ campaignId }) => campaignId),
  }))
}

/** @returns the cursor that it goes on from */
export async function follow(
  deps: SubscribeDeps,
  { id: connectionId, accountId, token, expiresAt }: Connection,
  session: Session,
  campaigns: string[],
  after: Cursor | undefined,
): Promise<Cursor> {
  const { store } = deps
  const { id: sessionId } = session
  const heard = await Subscriptions.find(store, { sessionId, connectionId })
  const all = [...new Set([...(heard?.campaigns ?? []), ...campaigns])]
  if (heard && (await Subscriptions.setCampaigns(store, heard, all))) return heard.cursor
  const cursor = after ?? (await here(store, sessionId))
  await Subscriptions.put(store, {
    sessionId,
    accountId,
    connectionId,
    token,
    events: NOTHING,
    cursor,
    expiresAt,
  })
  await Subscriptions.setCampaigns(store, { sessionId, connectionId }, all)
  await listen(deps, session)
  return cursor
}

/** @returns the sessions that nothing more is told of */
export async function unfollow(store: Store, connectionId: string, campaigns: string[]): Promise<string[]> {
  const left: string[] = []
  for (const heard of await Subscriptions.ofConnection(store, connectionId)) {
    if (!heard.campaigns?.some((id) => campaigns.includes(id))) continue
    const rest = heard.campaigns.filter((id) => !campaigns.includes(id))
    if (rest.length > 0 || heard.events.join() !== NOTHING.join())
      await Subscriptions.setCampaigns(store, heard, rest)
    else {
      await Subscriptions.remove(store, [heard])
      left.push(heard.sessionId)
    }
  }
  return left
}
