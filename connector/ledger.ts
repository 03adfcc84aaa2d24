/**
 * What the connector asks of the ledger besides single records: which messages still wait to be sent.
 */
import {
  CARRIED_WITHIN,
  DUE,
  isTime,
  Message,
  queuedPlace,
  RESTS_AT_MOST,
  waitingIn,
  waitingPartition,
} from '#core/message.ts'
import { iso } from '#core/platform/clock.ts'
import type { Store } from '#core/platform/dynamo.ts'
import { allOf } from '#core/platform/pages.ts'
import type { Session } from '#core/session.ts'

/** The ids of a session's messages that were accepted and not yet taken by WhatsApp. */
export async function unsent(store: Store, session: Pick<Session, 'id' | 'shard'>): Promise<string[]> {
  const ids: string[] = []
  for (const prefix of [queuedPlace(session.id, ''), DUE])
    for await (const messages of waitingIn(store, session.shard, prefix))
      ids.push(...messages.filter(({ sessionId }) => sessionId === session.id).map(({ id }) => id))
  return ids
}

/** So many are looked at in one go; the next look finds the next ones. */
const OVERLOOKED = 200

/**
 * Messages of a shard, in the order of their acceptance, that were accepted before this time and that no connector has
 * shown as queued or sent. Those that the sweeper has put back into the queue come too when there are others of their
 * session, or these would overtake them. The index may lag behind: ask the ledger before sending one.
 */
export async function overlooked(store: Store, shard: number, acceptedBefore: number): Promise<Message[]> {
  const { items } = await store.query('messages', Message, waitingPartition(shard), {
    index: 'waiting',
    from: DUE,
    to: `${DUE}${iso(acceptedBefore + CARRIED_WITHIN)}`,
    limit: OVERLOOKED,
  })
  if (items.length === 0) return []
  const sessions = new Set(items.map(({ sessionId }) => sessionId))
  const all = await backlog(store, shard)
  return all.filter((one) => sessions.has(one.sessionId) && acceptedAt(one) <= iso(acceptedBefore))
}

/**
 * All of a shard that no connector has shown as queued or sent, whoever carries it, in the order of acceptance. What is to
 * be sent much later stands further behind in the index, and is not read.
 */
export async function backlog(store: Store, shard: number): Promise<Message[]> {
  const to = `${DUE}${iso(store.now() + 2 * RESTS_AT_MOST)}`
  const range = { index: 'waiting', from: DUE, to } as const
  const found = await allOf(store, 'messages', Message, waitingPartition(shard), range)
  return found.filter((message) => isTime(message, store.now())).sort(byAcceptance)
}

const byAcceptance = (one: Message, other: Message): number =>
  acceptedAt(one).localeCompare(acceptedAt(other))
const acceptedAt = ({ times, timestamp }: Message): string => times.accepted ?? timestamp
