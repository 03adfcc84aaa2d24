/** What a person asks for: that an event is sent once more, or many, or one that is only for trying. */

import type { Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { eventKey } from '../projection/index.ts'
import { type Delivery, deliveryItem, find } from './deliveries.ts'
import type { Endpoint } from './endpoint.ts'
import { accountStream, Told } from './envelope.ts'
import { deliveryOf } from './record.ts'
import { placeAt, type Replay, type Retry, replayItem, retryItem } from './work.ts'

type Parts = { store: Store; newEventId(): string }

const asked = (event: Told, now: number, more: Partial<Retry>): Retry => ({
  kind: 'retry',
  eventId: event.id,
  type: event.type,
  stream: event.sessionId,
  lane: '',
  count: 0,
  before: 0,
  attempts: [],
  nextAt: now,
  manual: true,
  ...more,
})

const TEST_KEPT_SECONDS = 24 * 3_600

async function ask({ store }: Parts, endpoint: Endpoint, event: Told, retry: Retry): Promise<Delivery> {
  const waiting = deliveryOf(endpoint, event, retry, 'waiting')
  await store.putMany('main', [
    retryItem(endpoint.id, retry),
    deliveryItem(waiting, store.now(), TEST_KEPT_SECONDS),
  ])
  return waiting
}

/** An event that stands in no log and says that it is a test; it is tried once. */
export function test(parts: Parts, endpoint: Endpoint): Promise<Delivery> {
  const { store, newEventId } = parts
  const { accountId, sessionId = accountStream(accountId), id } = endpoint
  const event: Told = {
    id: newEventId(),
    type: 'webhook.test',
    sessionId,
    accountId,
    timestamp: new Date(store.now()).toISOString(),
    payload: { webhookId: id, message: 'This is a test. Nothing has happened.' },
  }
  return ask(parts, endpoint, event, asked(event, store.now(), { event }))
}

/** @throws Fault DELIVERY_NOT_FOUND when it was never told, or the log does not have it any more */
export async function resend(parts: Parts, endpoint: Endpoint, eventId: string): Promise<Delivery> {
  const { store } = parts
  const before = await find(store, endpoint.id, eventId)
  const event =
    before && (await store.get('events', Told, eventKey({ sessionId: before.stream, id: eventId })))
  if (!event) throw deliveryNotFound()
  const { attempts, count } = before
  return ask(parts, endpoint, event, asked(event, store.now(), { attempts, before: count }))
}

export const deliveryNotFound = () => new Fault('DELIVERY_NOT_FOUND', 'Delivery not found')

/** Below every place in a log. */
const BEGINNING = '0'

export type Range = { stream: string; from: number; to: number; messageId?: string | undefined }

/** Events of a log from one time to another (ms), those of one message when it is given. They go after what is new. */
export async function replay(
  { store, newEventId }: Parts,
  endpoint: Endpoint,
  range: Range,
): Promise<Replay> {
  const { stream, from, to, messageId } = range
  const created: Replay = {
    kind: 'replay',
    id: newEventId(),
    stream,
    after: placeAt(from),
    until: placeAt(to + 1),
    ...(messageId ? { messageId } : {}),
    createdAt: new Date(store.now()).toISOString(),
  }
  await store.putMany('main', [replayItem(endpoint.id, created)])
  return created
}

/** Everything that has failed at this endpoint by now. */
export async function replayFailed({ store, newEventId }: Parts, endpoint: Endpoint): Promise<Replay> {
  const created: Replay = {
    kind: 'replay',
    id: newEventId(),
    after: BEGINNING,
    until: placeAt(store.now() + 1),
    createdAt: new Date(store.now()).toISOString(),
  }
  await store.putMany('main', [replayItem(endpoint.id, created)])
  return created
}
