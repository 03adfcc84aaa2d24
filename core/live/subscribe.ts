/**
 * What a client asks to hear: sessions of its own account, each from where it has read to. Stored first, marked and
 * pushed after, so that what happens meanwhile is found by one or the other.
 */
import type { Domain } from '../domain.ts'
import { EVERYTHING } from '../events/filter.ts'
import { chunks } from '../platform/chunks.ts'
import { Fault } from '../platform/fault.ts'
import type { Session } from '../session.ts'
import * as Connections from './connection.ts'
import { BEGINNING, type Cursor, here } from './cursor.ts'
import { follow, followedBy, unfollow } from './follow.ts'
import { listen } from './listening.ts'
import { mayListen, named, type SubscribeDeps } from './named.ts'
import * as Subscriptions from './subscription.ts'

type Named = { sessions?: '*' | string[] | undefined; campaigns?: string[] | undefined }
export type Wanted = Named & {
  events?: string[] | undefined
  after?: Record<string, Cursor> | undefined
}

const AT_A_TIME = 25

/**
 * @returns the cursor of each session
 * @throws Fault SESSION_NOT_FOUND and CAMPAIGN_NOT_FOUND with the ids that are not the account's, LIVE_LIMIT_REACHED
 */
export async function subscribe(
  deps: SubscribeDeps,
  connection: Connections.Connection,
  { sessions: wanted = [], campaigns = [], events = EVERYTHING, after }: Wanted,
): Promise<Record<string, Cursor>> {
  const { store } = deps
  const sessions = await named(deps, connection, wanted)
  const followed = await followedBy(deps, connection, campaigns)
  await withinLimit(deps, connection, [...sessions, ...followed.map(({ session }) => session)])
  if (wanted === '*') await Connections.hearAll(store, connection.id, events)
  const cursors: [string, Cursor][] = []
  await inGroups(sessions, async (session) => {
    const { id } = session
    const known = after?.[id]
    // Who goes on, and has never heard of a session, missed it from its beginning.
    const cursor = known ?? (wanted === '*' && after ? BEGINNING : await here(store, id))
    const isNew = wanted === '*' && known === undefined
    cursors.push([id, await add(deps, connection, session, { events, cursor, isNew })])
  })
  await inGroups(followed, async ({ session, ids }) => {
    cursors.push([session.id, await follow(deps, connection, session, ids, after?.[session.id])])
  })
  return Object.fromEntries(cursors)
}

/** What was asked for is pushed, once the client knows that it is subscribed. */
export const begin = (deps: SubscribeDeps, accountId: string, sessionIds: string[]): Promise<void> =>
  deps.live.tell(sessionIds.map((id) => ({ id, accountId })))

/** @returns the sessions that nothing more is told of */
export async function unsubscribe(
  { store }: Pick<Domain, 'store'>,
  connection: Connections.Connection,
  { sessions = [], campaigns = [] }: Named,
): Promise<string[]> {
  const left = campaigns.length > 0 ? await unfollow(store, connection.id, campaigns) : []
  if (sessions === '*') await Connections.hearAll(store, connection.id, undefined)
  const ids =
    sessions === '*'
      ? (await Subscriptions.ofConnection(store, connection.id)).map(({ sessionId }) => sessionId)
      : sessions
  await Subscriptions.remove(
    store,
    ids.map((sessionId) => ({ sessionId, connectionId: connection.id })),
  )
  return [...ids, ...left]
}

/** A new session: who hears of every one hears of this one from its beginning. */
export async function welcome(deps: SubscribeDeps, session: Session): Promise<void> {
  const connections = await Connections.ofAccount(deps.store, session.accountId)
  const hearing = connections.filter((one) => one.all && !one.sessionId && mayListen(one, session))
  await Promise.all(
    hearing.map((connection) =>
      add(deps, connection, session, {
        events: connection.all ?? EVERYTHING,
        cursor: BEGINNING,
        isNew: true,
      }).catch((err: unknown) =>
        deps.log.warn(
          { err, connectionId: connection.id },
          'a live connection does not hear of a new session',
        ),
      ),
    ),
  )
  if (hearing.length > 0) await begin(deps, session.accountId, [session.id])
}

/**
 * @param isNew what the connection hears of already is left as it is
 * @returns the cursor that it goes on from
 */
async function add(
  deps: SubscribeDeps,
  { id: connectionId, accountId, token, expiresAt }: Connections.Connection,
  session: Session,
  { events, cursor, isNew }: { events: string[]; cursor: Cursor; isNew: boolean },
): Promise<Cursor> {
  const { store } = deps
  const { id: sessionId } = session
  const subscription = { sessionId, accountId, connectionId, token, events, cursor, expiresAt }
  if (!isNew) await Subscriptions.put(store, subscription)
  else if (!(await Subscriptions.create(store, subscription))) {
    const heard = await Subscriptions.find(store, subscription)
    return heard?.cursor ?? cursor
  }
  await listen(deps, session)
  return cursor
}

async function withinLimit(
  { store }: SubscribeDeps,
  { id }: Connections.Connection,
  sessions: Session[],
): Promise<void> {
  const heard = await Subscriptions.ofConnection(store, id)
  const all = new Set([...heard.map(({ sessionId }) => sessionId), ...sessions.map((session) => session.id)])
  if (all.size <= Subscriptions.SUBSCRIPTIONS) return
  const limit = Subscriptions.SUBSCRIPTIONS
  throw new Fault('LIVE_LIMIT_REACHED', `A live connection may hear of ${limit} sessions.`, {
    details: { limit, action: 'Name the sessions, and open a second connection for the others.' },
  })
}

async function inGroups<T>(all: T[], work: (one: T) => Promise<void>): Promise<void> {
  for (const some of chunks(all, AT_A_TIME)) await Promise.all(some.map(work))
}
