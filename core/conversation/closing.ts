/**
 * How a conversation ends: a person or a program completes it, or expires it before its time, or its time has come.
 * An ended one is never written to again by messages; whoever ends it second changes nothing.
 */
import { iso } from '../platform/clock.ts'
import type { Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { hasOrder } from './addition.ts'
import {
  Conversation,
  type ConversationStatus,
  conversationKey,
  durationMs,
  statusAt,
} from './conversation.ts'
import type { Desk } from './desk.ts'
import { activePlace, deletedAfter, listingPartition } from './listing.ts'
import { AGAIN, persistently } from './persistently.ts'
import { living } from './read.ts'
import { type Tally, tally } from './stats.ts'
import { told } from './told.ts'

/** Completing a completed one is no error. @throws Fault CONVERSATION_CLOSED when it has expired */
export const complete = (desk: Desk, conversation: Conversation): Promise<Conversation> =>
  end(desk, conversation, 'completed')

/** Ends it now, whatever time it had left. @throws Fault CONVERSATION_CLOSED when it is completed */
export const expire = (desk: Desk, conversation: Conversation): Promise<Conversation> =>
  end(desk, conversation, 'expired')

async function end(
  desk: Desk,
  conversation: Conversation,
  status: Exclude<ConversationStatus, 'active'>,
): Promise<Conversation> {
  let seen = conversation
  return persistently(async () => {
    const at = iso(desk.store.now())
    const now = statusAt(seen, at)
    if (now === status) return seen
    if (now !== 'active') throw closed(now)
    const counted = tally(desk.store.now())
    const ended = { ...seen, status, endsAt: at }
    const writes = [...ending(desk, seen, ended, counted), ...counted.writes()]
    if ((await desk.store.transact(writes)).length === 0) return ended
    seen = await living(desk.store, seen.accountId, seen.id)
    return AGAIN
  })
}

/** Writes down that its time had come. Void when somebody else did so, or its time was prolonged. */
export const expiry = (desk: Desk, conversation: Conversation, counted: Tally): Write[] =>
  ending(desk, conversation, { ...conversation, status: 'expired' }, counted)

/** Expired ones of an account that nobody has written down yet; at most `limit`. @returns how many were */
export async function cleanUp(
  desk: Desk,
  accountId: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<number> {
  const { store } = desk
  let cleaned = 0
  for (let before = -1; cleaned > before && cleaned < limit; ) {
    before = cleaned
    const { items } = await store.query('main', Conversation, listingPartition(accountId, 'active'), {
      index: 'listing',
      to: `${iso(store.now())}~`,
      limit: Math.min(limit - cleaned, 100),
    })
    for (const conversation of items) {
      const counted = tally(store.now())
      const closing = expiry(desk, conversation, counted)
      if ((await store.transact([...closing, ...counted.writes()])).length === 0) cleaned++
    }
  }
  return cleaned
}

function ending(desk: Desk, before: Conversation, ended: Conversation, counted: Tally): Write[] {
  const status = ended.status
  const at = ended.endsAt
  const update = updating()
    .set('status', status)
    .set('endsAt', at)
    .set('rev', before.rev + 1)
    .set('listPk', listingPartition(ended.accountId, status))
    .set('listSk', activePlace(ended))
    .set('expiresAt', deletedAfter(ended, desk.retention))
    .remove('awaitingReply', 'awaitingAgent')
  update
    .where(`${update.name('status')} = ${update.value('active')}`)
    .where(`${update.name('endsAt')} = ${update.value(before.endsAt)}`)
    .where(`${update.name('rev')} = ${update.value(before.rev)}`)
  counted.count(ended, at, {
    completed: status === 'completed' ? 1 : 0,
    expired: status === 'expired' ? 1 : 0,
    durationMs: durationMs(ended, at),
    ordersCompleted: status === 'completed' && hasOrder(ended) ? 1 : 0,
  })
  const type = status === 'completed' ? 'conversation.completed' : 'conversation.expired'
  return [
    { table: 'main', update: conversationKey(ended.id), set: update.build() },
    told(desk, ended, type, {}, { status, at }),
  ]
}

export const closed = (status: ConversationStatus) =>
  new Fault(
    'CONVERSATION_CLOSED',
    `This conversation is ${status}. A new message of the person begins another one.`,
    {
      details: { currentStatus: status },
    },
  )
