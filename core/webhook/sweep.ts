/**
 * Finds what no queue tells of any more: endpoints whose time has come, and logs with events that nobody was woken for.
 * Whatever is found is only woken; drains know what to do.
 */
import * as z from 'zod'
import type { Account } from '../account.ts'
import { FLEET_LOG } from '../contract/fleet.ts'
import { sessionPartition } from '../partition.ts'
import { iso } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import type { Session } from '../session.ts'
import { type Endpoint, endpointKey, endpointsOf, isResting } from './endpoint.ts'
import { accountStream } from './envelope.ts'
import { DUE } from './lease.ts'
import { isAccountTold, marking, nobodyListens } from './listening.ts'
import { feedsOf, newsItem } from './work.ts'

type Desk = { store: Store; wake(endpoint: Key): Promise<void> }

/** So many endpoints are woken by one run; the next run takes the next ones. */
const PER_RUN = 1_000
const PAGE = 100

const Due = z.object({ pk: z.string(), sk: z.string(), listSk: z.string() })

/** Wakes endpoints that have something to do by now. @returns how many */
export async function wakeDue({ store, wake }: Desk, limit = PER_RUN): Promise<number> {
  let woken = 0
  let cursor: string | undefined
  do {
    const to = `${iso(store.now())}#~`
    const page = await store.query('main', Due, DUE, { index: 'listing', to, limit: PAGE, cursor })
    await Promise.all(page.items.map(({ pk, sk }) => wake({ pk, sk })))
    woken += page.items.length
    cursor = page.cursor
  } while (cursor && woken < limit)
  return woken
}

const Newest = z.object({ id: z.string() })

/** Endpoints of accounts that are switched on, each account's read once. */
export type OfAccounts = (accountId: string) => Promise<Endpoint[]>

export function ofAccounts(store: Store): OfAccounts {
  const known = new Map<string, Promise<Endpoint[]>>()
  return (accountId) => {
    const asked = known.get(accountId) ?? activeOnes(store, { accountId })
    known.set(accountId, asked)
    return asked
  }
}

const activeOnes = async (store: Store, owner: { accountId: string; sessionId?: string }) =>
  (await endpointsOf(store, owner)).filter(({ active }) => active)

/** The logs of an account that are no session's. @returns how many endpoints were behind and are woken */
export async function catchUpAccount(
  desk: Desk,
  { id: accountId, webhooks }: Pick<Account, 'id' | 'webhooks'>,
  find: OfAccounts,
): Promise<number> {
  const endpoints = await find(accountId)
  if (endpoints.length === 0) {
    if (webhooks) await nobodyListens(desk.store, { accountId }, webhooks)
    return 0
  }
  let woken = 0
  for (const stream of [accountStream(accountId), `twilio:${accountId}`])
    woken += await wakeBehind(desk, stream, endpoints)
  const ofFleet = endpoints.filter((endpoint) => endpoint.ofFleet)
  if (ofFleet.length > 0) woken += await wakeBehind(desk, FLEET_LOG.sessionId, ofFleet)
  return woken
}

/**
 * Compares the newest event of a session's log with how far its endpoints are, and wakes those that are behind.
 * @returns how many
 */
export async function catchUpSession(desk: Desk, session: Session, find: OfAccounts): Promise<number> {
  const { store } = desk
  const { id: sessionId, accountId, webhooks } = session
  const owner = { accountId, sessionId }
  const ofAll = await find(accountId)
  if (!webhooks) {
    if (ofAll.length === 0) return 0
    // It was created, or somebody began to listen, while the other was under way.
    await store.transact([marking(owner, store.now())])
    return wakeBehind(desk, sessionId, ofAll)
  }
  const own = await activeOnes(store, owner)
  if (own.length + ofAll.length > 0) return wakeBehind(desk, sessionId, [...own, ...ofAll])
  if (!(await isAccountTold(store, accountId))) await nobodyListens(store, owner, webhooks)
  return 0
}

async function wakeBehind({ store, wake }: Desk, stream: string, endpoints: Endpoint[]): Promise<number> {
  const { items } = await store.query('events', Newest, sessionPartition(stream), {
    newestFirst: true,
    limit: 1,
  })
  const newest = items[0]?.id
  if (!newest) return 0
  const now = store.now()
  let woken = 0
  for (const endpoint of endpoints) {
    if (isResting(endpoint, now) || endpoint.leaseUntil > now) continue
    const cursor = (await feedsOf(store, endpoint, [stream])).get(stream)?.cursor ?? ''
    if (cursor >= newest) continue
    if (!endpoint.sessionId) await store.putMany('main', [newsItem(endpoint.id, stream, now)])
    await wake(endpointKey(endpoint))
    woken++
  }
  return woken
}
