/**
 * Finds who is to hear of news, and wakes their drains. It costs two reads and what it wakes: an endpoint that wants
 * nothing of it, that is down, or that is being drained already is not woken.
 */

import { wants } from '../events/filter.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { type Endpoint, endpointKey, endpointsOf, isResting } from './endpoint.ts'
import { isSession, type Told } from './envelope.ts'
import { merged, type News, type Stream } from './job.ts'
import { markAgain } from './lease.ts'
import { newsItem } from './work.ts'

export type FanOutDesk = {
  store: Store
  wake(endpoint: Key, volatile: Told[]): Promise<void>
  /** Streams that were noted for an endpoint while it rests, so that they are noted once; kept by the process. */
  noted: Map<string, number>
}

type Heard = { endpoint: Endpoint; streams: Set<string>; volatile: Told[] }

const NOTED_AT_MOST = 10_000

/** Repeating it is safe. @throws when the store or the queue does not answer */
export async function fanOut(desk: FanOutDesk, jobs: News[]): Promise<void> {
  const streams = merged(jobs.flatMap((job) => [...job.streams, ...job.volatile.map(streamOf)]))
  const volatile = jobs.flatMap((job) => job.volatile)
  const heard = await whoHears(desk.store, streams, volatile)
  await note(desk, heard)
  await Promise.all(heard.map((one) => rouse(desk, one)))
}

const streamOf = ({ accountId, sessionId, type }: Told): Stream => ({
  accountId,
  stream: sessionId,
  types: [type],
})

async function whoHears(store: Store, streams: Stream[], volatile: Told[]): Promise<Heard[]> {
  const accounts = new Map<string, Promise<Endpoint[]>>()
  const heard = new Map<string, Heard>()
  const ofAccount = (accountId: string) => {
    const found = accounts.get(accountId) ?? endpointsOf(store, { accountId })
    accounts.set(accountId, found)
    return found
  }
  await Promise.all(
    streams.map(async ({ accountId, stream, types }) => {
      const all = await Promise.all([
        ofAccount(accountId),
        isSession(stream) ? endpointsOf(store, { accountId, sessionId: stream }) : [],
      ])
      for (const endpoint of all.flat()) {
        if (!endpoint.active || !types.some((type) => wants(endpoint.events, type))) continue
        const one = heard.get(endpoint.id) ?? { endpoint, streams: new Set(), volatile: [] }
        heard.set(endpoint.id, one)
        one.streams.add(stream)
        one.volatile.push(
          ...volatile.filter(({ sessionId, type }) => sessionId === stream && wants(endpoint.events, type)),
        )
      }
    }),
  )
  return [...heard.values()]
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

async function rouse({ store, wake }: FanOutDesk, { endpoint, volatile }: Heard): Promise<void> {
  if (isResting(endpoint, store.now())) return
  const key = endpointKey(endpoint)
  const isDrained = endpoint.leaseUntil > store.now() && (await markAgain(store, key))
  if (!isDrained || volatile.length > 0) await wake(key, volatile)
}
