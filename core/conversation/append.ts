/**
 * The writes by which messages become part of a conversation that is there, and the verb that adds some to a known one:
 * an agent's reply, a note of the system, the outcome of slow work.
 */
import { iso } from '../platform/clock.ts'
import type { Write } from '../platform/dynamo.ts'
import { type Addition, extend, updateOf } from './addition.ts'
import { type Conversation, conversationKey, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { deletedAfter } from './listing.ts'
import { type Message, messageItem } from './message.ts'
import { AGAIN, persistently } from './persistently.ts'
import { living } from './read.ts'
import { type NewSeen, seenWrite } from './seen.ts'
import { type Tally, tally } from './stats.ts'
import { orderTold, preview, told } from './told.ts'

export type Appended = { conversation: Conversation; messages: Message[]; writes: Write[] }

/** Holds only while the conversation is what it was at that time, active or not. What it counts goes to `counted`. */
export function appending(desk: Desk, before: Conversation, addition: Addition, counted: Tally): Appended {
  if (addition.messages.length === 0 && !addition.orderDetails)
    return { conversation: before, messages: [], writes: [] }
  const { retention } = desk
  const { at, from = at } = addition
  const status = statusAt(before, from)
  const { next, counts } = extend(before, addition, desk.conversationTtl)
  const update = updateOf(before, next, addition)
  update.where(`${update.name('status')} = ${update.value(before.status)}`)
  if (status === 'active') update.where(`${update.name('endsAt')} > ${update.value(from)}`)
  if (next.endsAt !== before.endsAt) update.set('expiresAt', deletedAfter(next, retention))
  counted.count(next, at, counts)
  const messages = placed(desk, addition)
  const as = { status, at }
  return {
    conversation: next,
    messages,
    writes: [
      { table: 'main', update: conversationKey(next.id), set: update.build() },
      ...contents(desk, next, messages),
      told(desk, next, 'conversation.updated', { messages: messages.map(preview), changed: [] }, as),
      ...orderTold(desk, before, next, as),
    ],
  }
}

export const placed = (desk: Desk, { messages }: Pick<Addition, 'messages'>): Message[] =>
  messages.map((message) => ({ ...message, sk: message.sk ?? desk.newEventId() }))

export const contents = (desk: Desk, conversation: Conversation, messages: Message[]): Write[] =>
  messages.map((message) => ({
    table: 'messages',
    put: messageItem(conversation, message, deletedAfter(conversation, desk.retention)),
  }))

/**
 * What to add, decided in view of the conversation; what was seen with it and `others` succeed together with it.
 * Undefined adds nothing.
 */
export type Compose = (
  current: Conversation,
  at: string,
) => (Omit<Addition, 'at' | 'from'> & { seen?: NewSeen; others?: Write[] }) | undefined

/**
 * Adds to a conversation, now.
 * @returns 'refused' when it was seen before, or a condition of the others failed: nothing is written then
 * @throws Fault CONVERSATION_NOT_FOUND
 */
export async function append(
  desk: Desk,
  conversation: Pick<Conversation, 'accountId' | 'id'>,
  compose: Compose,
): Promise<Omit<Appended, 'writes'> | 'refused'> {
  return persistently(async () => {
    const current = await living(desk.store, conversation.accountId, conversation.id)
    const at = iso(desk.store.now())
    const addition = compose(current, at)
    if (!addition) return { conversation: current, messages: [] }
    const { others = [], seen, ...rest } = addition
    const counted = tally(desk.store.now())
    const { writes, ...appended } = appending(desk, current, { ...rest, at }, counted)
    const when = { at, now: desk.store.now() }
    const conditions = [...others, ...(seen ? [seenWrite(seen, current, appended.messages, when)] : [])]
    const failed = await desk.store.transact([...conditions, ...writes, ...counted.writes()])
    if (failed.length === 0) return appended
    return failed.some((index) => index < conditions.length) ? 'refused' : AGAIN
  })
}
