/** What two conversations of one person come to as one: as if all of it had been said in the older one. */
import { merge, type OrderDetails } from '../order/order.ts'
import { type Update, updating } from '../platform/expression.ts'
import type { Conversation, Person } from './conversation.ts'

/** @returns the one that goes on, as it is then, and the one that goes into it */
export function joined(
  one: Conversation,
  other: Conversation,
  person: Pick<Person, 'key' | 'phoneNumber' | 'address' | 'lid'>,
): { next: Conversation; gone: Conversation; stays: Conversation } {
  const [stays, gone] = byTime(one, other, 'createdAt')
  const [before, latest] = byTime(one, other, 'lastActivity')
  const next: Conversation = {
    ...stays,
    ...identity(person),
    ...name(latest.name ?? before.name),
    lastActivity: latest.lastActivity,
    endsAt: one.endsAt > other.endsAt ? one.endsAt : other.endsAt,
    messageCount: one.messageCount + other.messageCount,
    inbound: one.inbound + other.inbound,
    outbound: one.outbound + other.outbound,
    replies: one.replies + other.replies,
    replyMs: one.replyMs + other.replyMs,
    agentReplies: one.agentReplies + other.agentReplies,
    agentReplyMs: one.agentReplyMs + other.agentReplyMs,
    firstReplyMs: stays.firstReplyMs ?? gone.firstReplyMs,
    firstAgentReplyMs: stays.firstAgentReplyMs ?? gone.firstAgentReplyMs,
    awaitingReply: latest.awaitingReply && earlier(latest.awaitingReply, before.awaitingReply),
    awaitingAgent: latest.awaitingAgent && earlier(latest.awaitingAgent, before.awaitingAgent),
    context: { ...before.context, ...latest.context },
    metadata: { ...before.metadata, ...latest.metadata },
    orderDetails: orders(before.orderDetails, latest.orderDetails),
    ...(one.encrypted || other.encrypted ? { encrypted: true } : {}),
    rev: stays.rev + 1,
  }
  return { next, gone, stays }
}

/** Of whom a conversation is, once the number is known. */
export const identity = ({
  key,
  phoneNumber,
  address,
  lid,
}: Pick<Person, 'key' | 'phoneNumber' | 'address' | 'lid'>) => ({
  person: key,
  phoneNumber,
  address,
  ...(lid ? { lid } : {}),
})

/** The same, as a change of what is stored. */
export function identified(person: Person): Update {
  const update = updating()
  for (const [field, value] of Object.entries(identity(person))) update.set(field, value)
  return update
}

const name = (known: string | undefined) => (known ? { name: known } : {})

const byTime = (
  one: Conversation,
  other: Conversation,
  time: 'createdAt' | 'lastActivity',
): [Conversation, Conversation] => (one[time] <= other[time] ? [one, other] : [other, one])

const earlier = (time: string, other: string | undefined): string => (other && other < time ? other : time)

/** What is in the later one counts as said after the other: the same item once more replaces its quantity. */
function orders(before: OrderDetails | null, after: OrderDetails | null): OrderDetails | null {
  if (!before || !after) return after ?? before
  const { items, customer_name, delivery_address, total_amount, currency, ...more } = after
  const said = { customer_name, delivery_address, total_amount, currency }
  const changes = items.map(({ name, quantity, unit, unit_price }) => ({
    action: 'set' as const,
    name,
    quantity,
    unit,
    unit_price,
  }))
  return { ...merge(before, { changes, ...said }), ...more }
}
