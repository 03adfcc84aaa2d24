/**
 * What people and programs note about a conversation: context and metadata are merged key by key (null takes a key
 * out), order details are replaced. That is no activity: it does not prolong the conversation.
 */
import type { OrderDetails } from '../order/order.ts'
import { iso } from '../platform/clock.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { checkStorable } from '../platform/storable.ts'
import { hasOrder } from './addition.ts'
import { asItsSession } from './as-its-session.ts'
import { type Conversation, conversationKey, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { AGAIN, persistently } from './persistently.ts'
import { living } from './read.ts'
import { hiddenField } from './sealed.ts'
import { tally } from './stats.ts'
import { orderTold, told } from './told.ts'

type Notes = Record<string, unknown>
export type Change = {
  context?: Notes | undefined
  metadata?: Notes | undefined
  orderDetails?: OrderDetails | null | undefined
}

/** DynamoDB takes 400 KB per item and bills each write by its size. */
const MAX_BYTES = 64 * 1024

/** @throws Fault CONVERSATION_NOT_FOUND, VALIDATION_ERROR when it cannot be kept or grows too large */
export async function change(desk: Desk, conversation: Conversation, wanted: Change): Promise<Conversation> {
  checkChange(wanted)
  let seen = await asItsSession(desk.store, conversation)
  const { encrypted } = seen
  return persistently(async () => {
    const next: Conversation = {
      ...seen,
      context: merged(seen.context, wanted.context),
      metadata: merged(seen.metadata, wanted.metadata),
      orderDetails: wanted.orderDetails === undefined ? seen.orderDetails : wanted.orderDetails,
      ...(encrypted ? { encrypted } : {}),
      rev: seen.rev + 1,
    }
    if (sizeOf(next) > MAX_BYTES) throw tooLarge()
    if ((await desk.store.transact(writesOf(desk, seen, next, wanted))).length === 0) return next
    seen = await living(desk.store, seen.accountId, seen.id)
    return AGAIN
  })
}

/** What is wrong by itself, before anything is written. @throws Fault VALIDATION_ERROR */
export function checkChange(wanted: Change): void {
  for (const [field, name] of Object.entries(NAMES)) checkStorable(name, wanted[field as keyof typeof NAMES])
  if (sizeOf(wanted) > MAX_BYTES) throw tooLarge()
}

const NAMES = { context: 'The context', metadata: 'The metadata', orderDetails: 'The order' } as const

function writesOf(desk: Desk, before: Conversation, next: Conversation, wanted: Change) {
  const at = iso(desk.store.now())
  const changed = (['context', 'metadata', 'orderDetails'] as const).filter(
    (field) => wanted[field] !== undefined,
  )
  const update = updating().set('rev', next.rev)
  if (next.encrypted) update.set('encrypted', next.encrypted)
  for (const field of changed) update.set(field, hiddenField(next, field))
  update.where(`${update.name('rev')} = ${update.value(before.rev)}`)
  const counted = tally(desk.store.now())
  counted.count(next, at, { orders: !hasOrder(before) && hasOrder(next) ? 1 : 0 })
  const as = { status: statusAt(next, at), at }
  return [
    { table: 'main' as const, update: conversationKey(next.id), set: update.build() },
    ...counted.writes(),
    told(desk, next, 'conversation.updated', { messages: [], changed }, as),
    ...(wanted.orderDetails ? orderTold(desk, before, next, as) : []),
  ]
}

const merged = (before: Notes, change: Notes = {}): Notes =>
  Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== null))

const tooLarge = () =>
  new Fault('VALIDATION_ERROR', 'Context, metadata and order details may have 64 KB together.')

const sizeOf = ({ context, metadata, orderDetails }: Change): number =>
  Buffer.byteLength(JSON.stringify([context, metadata, orderDetails]))
