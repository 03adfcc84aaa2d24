/**
 * What messages change in their conversation: counts, activity, who waits for whom since when, the order. Computed from
 * the conversation as it was read, and written so that simultaneous messages of customers never refuse each other:
 * only what depends on something read (a reply's time, an order) is conditional on it.
 */
import type { OrderDetails } from '../order/order.ts'
import { iso } from '../platform/clock.ts'
import { type Update, updating } from '../platform/expression.ts'
import type { Conversation } from './conversation.ts'
import { activePlace } from './listing.ts'
import type { NewMessage } from './message.ts'
import { hiddenField } from './sealed.ts'
import type { Counts } from './stats.ts'

export type Addition = {
  messages: NewMessage[]
  /** When it happened, ISO 8601: the conversation lives on from here. */
  at: string
  /** When the first of it happened, where that was earlier: the conversation must have been active then. */
  from?: string | undefined
  /** The order details as they are after these messages, when they changed. */
  orderDetails?: OrderDetails | undefined
  name?: string | undefined
  /** Of the person, where it is known. */
  lid?: string | undefined
  /** Its session keeps what is said sealed, from now on. */
  encrypted?: true | undefined
  /** A model was asked in vain. */
  extractionFailed?: boolean
}

type Waiting = Pick<
  Conversation,
  | 'awaitingReply'
  | 'awaitingAgent'
  | 'replies'
  | 'replyMs'
  | 'firstReplyMs'
  | 'agentReplies'
  | 'agentReplyMs'
  | 'firstAgentReplyMs'
>

/** The conversation with the addition in it, and what that counts for the statistics. */
export function extend(
  before: Conversation,
  addition: Addition,
  ttl: number,
): { next: Conversation; counts: Counts } {
  const { messages, at, orderDetails, name, lid, encrypted } = addition
  const waiting = messages.reduce(hear, waitingOf(before))
  const said = messages.filter(({ type }) => type !== 'system')
  const inbound = said.filter(({ direction }) => direction === 'inbound').length
  const latest = said.reduce((last, { timestamp }) => (timestamp > last ? timestamp : last), at)
  const isActivity = said.length > 0 && latest >= before.lastActivity
  const next: Conversation = {
    ...before,
    ...waiting,
    awaitingReply: waiting.awaitingReply,
    awaitingAgent: waiting.awaitingAgent,
    ...(name ? { name } : {}),
    ...(lid ? { lid } : {}),
    ...(encrypted ? { encrypted } : {}),
    ...(isActivity ? { lastActivity: latest, endsAt: iso(Date.parse(latest) + ttl) } : {}),
    messageCount: before.messageCount + messages.length,
    inbound: before.inbound + inbound,
    outbound: before.outbound + said.length - inbound,
    ...(orderDetails ? { orderDetails, rev: before.rev + 1 } : {}),
  }
  return {
    next,
    counts: {
      inbound,
      outbound: said.length - inbound,
      system: messages.length - said.length,
      replies: next.replies - before.replies,
      replyMs: next.replyMs - before.replyMs,
      ...first('firstReplies', 'firstReplyMs', before.firstReplyMs, next.firstReplyMs),
      agentReplies: next.agentReplies - before.agentReplies,
      agentReplyMs: next.agentReplyMs - before.agentReplyMs,
      ...first('firstAgentReplies', 'firstAgentReplyMs', before.firstAgentReplyMs, next.firstAgentReplyMs),
      orders: orderDetails && !hasOrder(before) && hasOrder(next) ? 1 : 0,
      extractionFailures: addition.extractionFailed ? 1 : 0,
    },
  }
}

/** How the stored conversation becomes the extended one, provided that it is still what the extension rests on. */
export function updateOf(before: Conversation, next: Conversation, { messages }: Addition): Update {
  const update = updating()
  const unchanged = (field: 'awaitingReply' | 'awaitingAgent') =>
    before[field] === undefined
      ? update.whereAbsent(field)
      : update.where(`${update.name(field)} = ${update.value(before[field])}`)
  const become = (field: keyof Conversation) => {
    if (next[field] !== before[field]) update.setOrRemove(field, hiddenField(next, field))
  }
  for (const field of [
    'messageCount',
    'inbound',
    'outbound',
    'replies',
    'replyMs',
    'agentReplies',
    'agentReplyMs',
  ] as const)
    if (next[field] !== before[field]) update.add(field, next[field] - before[field])

  if (messages.some(({ author }) => author === 'agent')) {
    become('awaitingAgent')
    unchanged('awaitingAgent')
  } else if (next.awaitingAgent && messages.length > 0) update.setOnce('awaitingAgent', next.awaitingAgent)

  if (messages.some(({ author }) => author === 'agent' || author === 'automatic')) {
    become('awaitingReply')
    unchanged('awaitingReply')
  } else if (next.awaitingReply && messages.length > 0) update.setOnce('awaitingReply', next.awaitingReply)

  for (const field of ['firstReplyMs', 'firstAgentReplyMs'] as const) {
    if (next[field] !== before[field]) update.whereAbsent(field)
    become(field)
  }
  become('name')
  become('lid')
  become('encrypted')
  if (next.rev !== before.rev) {
    become('orderDetails')
    become('rev')
    update.where(`${update.name('rev')} = ${update.value(before.rev)}`)
  }
  if (next.lastActivity !== before.lastActivity) {
    become('lastActivity')
    become('endsAt')
    update
      .set('listSk', activePlace(next))
      .where(`${update.name('lastActivity')} <= ${update.value(next.lastActivity)}`)
  }
  return update
}

export const hasOrder = ({ orderDetails }: Pick<Conversation, 'orderDetails'>): boolean =>
  orderDetails !== null && orderDetails.items.length > 0

const waitingOf = ({
  awaitingReply,
  awaitingAgent,
  replies,
  replyMs,
  firstReplyMs,
  agentReplies,
  agentReplyMs,
  firstAgentReplyMs,
}: Conversation): Waiting => ({
  awaitingReply,
  awaitingAgent,
  replies,
  replyMs,
  firstReplyMs,
  agentReplies,
  agentReplyMs,
  firstAgentReplyMs,
})

/** A reply is the first of our messages after theirs; its time runs from the first of theirs that had none. */
function hear(state: Waiting, { type, direction, author, timestamp }: NewMessage): Waiting {
  if (type === 'system') return state
  if (direction === 'inbound')
    return {
      ...state,
      awaitingReply: state.awaitingReply ?? timestamp,
      awaitingAgent: state.awaitingAgent ?? timestamp,
    }
  let next = state
  if (state.awaitingReply) {
    const ms = since(state.awaitingReply, timestamp)
    next = {
      ...next,
      awaitingReply: undefined,
      replies: next.replies + 1,
      replyMs: next.replyMs + ms,
      firstReplyMs: next.firstReplyMs ?? ms,
    }
  }
  if (author === 'agent' && state.awaitingAgent) {
    const ms = since(state.awaitingAgent, timestamp)
    next = {
      ...next,
      awaitingAgent: undefined,
      agentReplies: next.agentReplies + 1,
      agentReplyMs: next.agentReplyMs + ms,
      firstAgentReplyMs: next.firstAgentReplyMs ?? ms,
    }
  }
  return next
}

const since = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from))

function first(
  counter: keyof Counts,
  sum: keyof Counts,
  before: number | undefined,
  next: number | undefined,
): Counts {
  return before === undefined && next !== undefined ? { [counter]: 1, [sum]: next } : {}
}
