/**
 * Finds who is to hear of news, and wakes their drains. It costs two reads and what it wakes: an endpoint that wants
 * nothing of it, that is down, or that is being drained already is not woken.
 */

import { FLEET_LOG } from '../contract/fleet.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { type Endpoint, endpointKey, endpointsOf, isResting, isWanted, mayHear } from './endpoint.ts'
import { isSession, type Told } from './envelope.ts'
import type { News, Stream } from './job.ts'
import { markAgain } from './lease.ts'
import { merged } from './merged.ts'
import { operators } from './operators.ts'
import { newsItem } from './work.ts'

export type FanOutDesk = {
  store: Store
  wake(endpoint: Key, volatile: Told[], isNews: boolean): Promise<void>
  /** Streams that were noted for an endpoint while it rests, so that they are noted once; kept by the process. */
  noted: Map<string, number>
}

type Heard = { endpoint: Endpoint; streams: Set<string>; volatile: Told[] }

const NOTED_AT_MOST = 10_000

/** Repeating it is safe. @throws when the store or the queue does not answer */
export async function fanOut(desk: FanOutDesk, jobs: News[]): Promise<void> {
  const streams = merged(jobs.flatMap((job) => job.streams))
  const volatile = jobs.flatMap((job) => job.volatile)
  const heard = await whoHears(desk.store, streams, volatile)
  await note(desk, heard)
  await Promise.all(heard.map((one) => rouse(desk, one)))
}

async function whoHears(store: Store, streams: Stream[], volatile: Told[]): Promise<Heard[]> {
  const heard = new Map<string, Heard>()
  const find = finder(store)
  const of = (endpoint: Endpoint): Heard => {
    const one = heard.get(endpoint.id) ?? { endpoint, streams: new Set(), volatile: [] }
    heard.set(endpoint.id, one)
    return one
  }
  for (const { accountId, stream, types } of streams)
    for (const endpoint of await find(accountId, stream))
      if (types.some((type) => mayHear(endpoint, type))) of(endpoint).streams.add(stream)
  for (const event of volatile)
    for (const endpoint of await find(event.accountId, event.sessionId))
      if (isWanted(endpoint, event)) of(endpoint).volatile.push(event)
  return [...heard.values()]
}

/** Who listens to a log; each owner is asked for once. */
function finder(store: Store): (accountId: string, stream: string) => Promise<Endpoint[]> {
  const known = new Map<string, Promise<Endpoint[]>>()
  const ask = (owner: { accountId: string; sessionId?: string }) => {
    const name = `${owner.accountId} ${owner.sessionId ?? ''}`
    const asked = known.get(name) ?? endpointsOf(store, owner)
    known.set(name, asked)
    return asked
  }
  return async (accountId, stream) => {
    const accounts = stream === FLEET_LOG.sessionId ? await operators(store) : [accountId]
    const all = await Promise.all([
      ...accounts.map((id) => ask({ accountId: id })),
      isSession(stream) ? ask({ accountId, sessionId: stream }) : [],
    ])
    return all.flat().filter(({ active }) => active)
  }
}

/** An endpoint of an account has to know which logs have news, one of a session knows. */
async function note({ store, noted }: FanOutDesk, heard: Heard[]): Promise<void> {
  const now = store.now()
  const items = heard.flatMap(({ endpoint, streams }) => {
    if (endpoint.sessionId) return []
    const unknown = [...streams].filter(
      (stream) => !isResting(endpoint, now) || noted.get(`${endpoint.id} ${stream}`) !== endpoint.restUntil,
    )
    if (isResting(endpoint, now))
      for (const stream of unknown) noted.set(`${endpoint.id} ${stream}`, endpoint.restUntil)
    return unknown.map((stream) => newsItem(endpoint.id, stream, now))
  })
  if (noted.size > NOTED_AT_MOST) noted.clear()
  if (items.length > 0) await store.putMany('main', items)
}

async function rouse({ store, wake }: FanOutDesk, { endpoint, streams, volatile }: Heard): Promise<void> {
  if (isResting(endpoint, store.now())) return
  const key = endpointKey(endpoint)
  const isNews = streams.size > 0
  const isLeased = isNews && endpoint.leaseUntil > store.now()
  // A mark that is there already is taken away before the log is read, in which our news stands.
  const isDrained = isLeased && (endpoint.again || (await markAgain(store, key)))
  if (volatile.length > 0 || (isNews && !isDrained)) await wake(key, volatile, isNews && !isDrained)
}
