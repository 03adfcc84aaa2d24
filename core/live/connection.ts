/**
 * Who is connected live: an item per connection, found by its id and, by an index, by its account. Items of connections
 * that died unnoticed go when somebody speaks to them in vain, when their account needs room, or with their time.
 */
import * as z from 'zod'
import { EventFilter } from '../events/filter.ts'
import { ttl } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import type { Post } from './post.ts'
import * as Subscriptions from './subscription.ts'
import { Holder } from './ticket.ts'

/** Connections that an account may have at a time. */
export const CONNECTIONS = 100
/** Frames that a connection may send in a minute. */
export const FRAMES_PER_MINUTE = 120
/** Seconds: API Gateway ends a connection after two hours, and so do we. */
export const LIFE = 2 * 60 * 60
const GRACE = 10 * 60

export const Connection = Holder.extend({
  id: z.string(),
  /** It hears of every session of the account, those to come included, with this filter. */
  all: EventFilter.optional(),
  /** The minute that it last spoke in, and how often it did. */
  minute: z.int().default(0),
  frames: z.int().default(0),
  /** Seconds since 1970. */
  expiresAt: z.int(),
})
export type Connection = z.infer<typeof Connection>

const connectionKey = (id: string): Key => ({ pk: `CONNECTION#${id}`, sk: 'CONNECTION' })
const listing = (accountId: string): string => `LIVE#${accountId}`

export const find = (store: Store, id: string): Promise<Connection | undefined> =>
  store.get('main', Connection, connectionKey(id))

/** @throws Fault LIVE_LIMIT_REACHED when the account has as many as it may */
export async function open(
  { store, post }: { store: Store; post: Post },
  id: string,
  holder: Holder,
): Promise<Connection> {
  if ((await ofAccount(store, holder.accountId)).length >= CONNECTIONS) {
    await clearAway(store, post, holder.accountId)
    if ((await ofAccount(store, holder.accountId)).length >= CONNECTIONS)
      throw new Fault(
        'LIVE_LIMIT_REACHED',
        `An account may have ${CONNECTIONS} live connections at a time.`,
        {
          details: { limit: CONNECTIONS },
        },
      )
  }
  const expiresAt = ttl(store.now(), LIFE + GRACE)
  const connection = { ...holder, id, minute: 0, frames: 0, expiresAt }
  await store.put('main', {
    ...connectionKey(id),
    ...connection,
    listPk: listing(holder.accountId),
    listSk: id,
  })
  return connection
}

/** Removes it with its subscriptions. Repeating it is safe. */
export async function close(store: Store, id: string): Promise<void> {
  await Subscriptions.removeAll(store, id)
  await store.remove('main', connectionKey(id))
}

/** The index may lag behind. */
export async function ofAccount(store: Store, accountId: string): Promise<Connection[]> {
  const { items } = await store.query('main', Connection, listing(accountId), {
    index: 'listing',
    limit: CONNECTIONS + 1,
  })
  return items
}

/** Counts a frame. @throws Fault RATE_LIMITED */
export async function count(store: Store, connection: Connection): Promise<void> {
  const minute = Math.floor(store.now() / 60_000)
  const frames = connection.minute === minute ? connection.frames + 1 : 1
  if (frames > FRAMES_PER_MINUTE)
    throw new Fault('RATE_LIMITED', `A live connection may send ${FRAMES_PER_MINUTE} frames a minute.`, {
      details: { limit: FRAMES_PER_MINUTE },
    })
  await store.update(
    'main',
    connectionKey(connection.id),
    updating().set('minute', minute).set('frames', frames).whereExists('pk').build(),
  )
}

/** From now on it hears of every session, or, without a filter, of those that it names. */
export const hearAll = (store: Store, id: string, filter: EventFilter | undefined): Promise<boolean> =>
  store.update('main', connectionKey(id), updating().setOrRemove('all', filter).whereExists('pk').build())

async function clearAway(store: Store, post: Post, accountId: string): Promise<void> {
  const connections = await ofAccount(store, accountId)
  await Promise.all(
    connections.map(async ({ id }) => {
      if (!(await post.isOpen(id))) await close(store, id)
    }),
  )
}
