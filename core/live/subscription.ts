/**
 * That a connection hears of a session: an item beside the others who do, with what it wants to hear and how far it has
 * read. The cursor moves by whoever pushes, and only from where it was read, so a new subscription is never overrun.
 */
import * as z from 'zod'
import { campaignIn } from '../contract/campaign.ts'
import type { Event } from '../contract/event.ts'
import { EventFilter, wants } from '../events/filter.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { allOf } from '../platform/pages.ts'
import { Cursor } from './cursor.ts'

/** Sessions that a connection may hear of. */
export const SUBSCRIPTIONS = 500

export const Subscription = z.object({
  sessionId: z.string(),
  accountId: z.string(),
  connectionId: z.string(),
  /** The partition of the token on whose behalf it listens. */
  token: z.string(),
  events: EventFilter,
  /** Of these campaigns it hears whatever their events are. */
  campaigns: z.array(z.string()).optional(),
  cursor: Cursor,
  /** Seconds since 1970. */
  expiresAt: z.int(),
})
export type Subscription = z.infer<typeof Subscription>

type Place = Pick<Subscription, 'sessionId' | 'connectionId'>

const partition = (sessionId: string): string => `LISTENERS#${sessionId}`
const keyOf = ({ sessionId, connectionId }: Place): Key => ({ pk: partition(sessionId), sk: connectionId })
const listing = (connectionId: string): string => `SUBSCRIPTIONS#${connectionId}`

const itemOf = (subscription: Subscription) => ({
  ...keyOf(subscription),
  ...subscription,
  listPk: listing(subscription.connectionId),
  listSk: subscription.sessionId,
})

/** Its campaigns stay as they are, when there is one already. */
export async function put(store: Store, subscription: Omit<Subscription, 'campaigns'>): Promise<void> {
  const { pk, sk, ...fields } = itemOf(subscription)
  const update = updating()
  for (const [name, content] of Object.entries(fields)) update.set(name, content)
  await store.update('main', { pk, sk }, update.build())
}

/** False when there is no such subscription. */
export const setCampaigns = (store: Store, place: Place, campaigns: string[]): Promise<boolean> =>
  store.update('main', keyOf(place), updating().set('campaigns', campaigns).whereExists('pk').build())

/** False when there is one already. */
export const create = (store: Store, subscription: Subscription): Promise<boolean> =>
  store.create('main', itemOf(subscription))

export const find = (store: Store, place: Place): Promise<Subscription | undefined> =>
  store.get('main', Subscription, keyOf(place))

export const hears = (
  { events, campaigns = [] }: Pick<Subscription, 'events' | 'campaigns'>,
  event: Pick<Event, 'type' | 'payload'>,
): boolean => wants(events, event.type) || campaigns.includes(campaignIn(event) ?? '')

/** Who hears of this session now. */
export const ofSession = (store: Store, sessionId: string): Promise<Subscription[]> =>
  allOf(store, 'main', Subscription, partition(sessionId))

/** What this connection hears of. The index may lag behind. */
export const ofConnection = (store: Store, connectionId: string): Promise<Subscription[]> =>
  allOf(store, 'main', Subscription, listing(connectionId), { index: 'listing' })

/** False when it was taken back or made anew meanwhile. */
export function advance(store: Store, subscription: Subscription, cursor: Cursor): Promise<boolean> {
  const update = updating().set('cursor', cursor)
  update.where(`${update.name('cursor')} = ${update.value(subscription.cursor)}`)
  return store.update('main', keyOf(subscription), update.build())
}

export const remove = (store: Store, places: Place[]): Promise<void> =>
  store.removeMany('main', places.map(keyOf))

export const removeAll = async (store: Store, connectionId: string): Promise<void> =>
  remove(store, await ofConnection(store, connectionId))
