/** Reading conversations: one by its id or by the person, lists, counts, what was said. */
import * as z from 'zod'
import { iso } from '../platform/clock.ts'
import type { Page, Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import {
  Conversation,
  type ConversationStatus,
  conversationKey,
  conversationPartition,
  durationMs,
  statusAt,
} from './conversation.ts'
import { listingPartition } from './listing.ts'
import { Message } from './message.ts'
import { CURRENT, EVER, personPartition } from './person.ts'
import type { Seen } from './seen.ts'

const Row = z.object({ conversationId: z.string() })

/**
 * One that went into another one leads there.
 * @throws Fault CONVERSATION_NOT_FOUND, also for one of another account
 */
export async function living(store: Store, accountId: string, id: string): Promise<Conversation> {
  const found = await store.get('main', Conversation, conversationKey(id))
  if (found?.accountId === accountId)
    return found.mergedInto ? living(store, accountId, found.mergedInto) : found
  throw new Fault('CONVERSATION_NOT_FOUND', 'Conversation not found')
}

/** The active one of a person; of several lines, the one that was used last. */
export async function activeOf(
  store: Store,
  accountId: string,
  person: string,
): Promise<Conversation | undefined> {
  const { items } = await store.query('main', Row, personPartition(accountId, person), { prefix: CURRENT })
  const found = await byIds(
    store,
    items.map(({ conversationId }) => conversationId),
  )
  const at = iso(store.now())
  return found
    .filter((conversation) => statusAt(conversation, at) === 'active')
    .sort((one, other) => other.lastActivity.localeCompare(one.lastActivity))[0]
}

/** All that a person ever had and is not deleted, the newest first. */
export async function everOf(
  store: Store,
  accountId: string,
  person: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Conversation>> {
  const { items, cursor } = await store.query('main', Row, personPartition(accountId, person), {
    ...page,
    prefix: EVER,
    newestFirst: true,
  })
  const ids = items.map(({ conversationId }) => conversationId)
  const found = new Map((await byIds(store, ids)).map((conversation) => [conversation.id, conversation]))
  return { items: ids.flatMap((id) => found.get(id) ?? []), cursor }
}

async function byIds(store: Store, ids: string[]): Promise<Conversation[]> {
  const items = await store.getMany('main', ids.map(conversationKey))
  return items.map((item) => Conversation.parse(item)).filter(({ mergedInto }) => !mergedInto)
}

/** Active ones by the time at which they expire, the last to expire first; one index query per page. */
export const activeOnes = (
  store: Store,
  accountId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Conversation>> =>
  store.query('main', Conversation, listingPartition(accountId, 'active'), {
    ...page,
    index: 'listing',
    after: `${iso(store.now())}~`,
    newestFirst: true,
  })

export async function countActive(store: Store, accountId: string): Promise<number> {
  return store.count('main', listingPartition(accountId, 'active'), {
    index: 'listing',
    after: `${iso(store.now())}~`,
  })
}

/** Which part of the listing a page of it comes from, in the order in which `list` goes through them. */
const STAGES = {
  active: { status: 'active', stored: 'active', due: false },
  due: { status: 'expired', stored: 'active', due: true },
  expired: { status: 'expired', stored: 'expired', due: false },
  completed: { status: 'completed', stored: 'completed', due: false },
} as const satisfies Record<string, { status: ConversationStatus; stored: ConversationStatus; due: boolean }>
type Stage = keyof typeof STAGES

/** Queries that one page may take when a filter leaves little of them. */
const QUERIES_PER_PAGE = 20

type Wanted = {
  status?: ConversationStatus | undefined
  /** Leaves out what is not wanted; a page may be short then, and go on all the same. */
  keep?: (conversation: Conversation) => boolean
  limit: number
  cursor?: string | undefined
}

/** Of one state or of all, state after state, the newest first within each. */
export async function list(
  store: Store,
  accountId: string,
  { status, keep = () => true, limit, cursor }: Wanted,
): Promise<Page<Conversation>> {
  const stages = (Object.keys(STAGES) as Stage[]).filter(
    (stage) => !status || STAGES[stage].status === status,
  )
  const items: Conversation[] = []
  let [stage, within]: Place = readPlace(cursor, stages)
  for (let query = 0; query < QUERIES_PER_PAGE; query++) {
    const page = await stagePage(store, accountId, stage, { limit: limit - items.length, cursor: within })
    items.push(...page.items.filter(keep))
    const next = placeAfter(stages, stage, page.cursor)
    if (!next) return { items, cursor: undefined }
    ;[stage, within] = next
    if (items.length >= limit) break
  }
  return { items, cursor: `${stage}.${within ?? ''}` }
}

function stagePage(
  store: Store,
  accountId: string,
  stage: Stage,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Conversation>> {
  const { stored, due } = STAGES[stage]
  const now = `${iso(store.now())}~`
  const range = stored !== 'active' ? {} : due ? { to: now } : { after: now }
  return store.query('main', Conversation, listingPartition(accountId, stored), {
    ...page,
    ...range,
    index: 'listing',
    newestFirst: true,
  })
}

type Place = [stage: Stage, within: string | undefined]

function placeAfter(stages: Stage[], stage: Stage, within: string | undefined): Place | undefined {
  if (within) return [stage, within]
  const next = stages[stages.indexOf(stage) + 1]
  return next && [next, undefined]
}

function readPlace(cursor: string | undefined, stages: Stage[]): Place {
  const [stage = stages[0], within] = cursor?.split('.') ?? []
  const known = stages.find((one) => one === stage)
  if (!known) throw new Fault('VALIDATION_ERROR', 'The cursor is not one that this API handed out.')
  return [known, within || undefined]
}

/** The newest first. */
export const messagesOf = (
  store: Store,
  id: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Message>> =>
  store.query('messages', Message, conversationPartition(id), { ...page, newestFirst: true })

/** The message that a record of seen ones speaks of, wherever its conversation went since. */
export async function messageAt(
  store: Store,
  { accountId, conversationId, place }: Pick<Seen, 'accountId' | 'conversationId' | 'place'>,
): Promise<Message | undefined> {
  const find = (id: string) => store.get('messages', Message, { pk: conversationPartition(id), sk: place })
  const found = await find(conversationId)
  if (found) return found
  const { id } = await living(store, accountId, conversationId)
  return id === conversationId ? undefined : find(id)
}

/** The newest `limit`, oldest first; fewer when they are so long that no answer would take them. */
export async function history(store: Store, id: string, limit: number): Promise<Message[]> {
  const { items } = await firstOf(limit, (page) => messagesOf(store, id, page))
  return items.reverse()
}

/** A page has 1 MB at most, and an answer of Lambda 6 MB. */
const PAGES_OF_AN_ANSWER = 4

/** The first `limit` of a list, or as many as fit into one answer; the cursor says that there are more. */
export async function firstOf<T>(
  limit: number,
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<Page<T>> {
  const items: T[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES_OF_AN_ANSWER && items.length < limit; page++) {
    const next = await read({ limit: limit - items.length, cursor })
    items.push(...next.items)
    cursor = next.cursor
    if (!cursor) break
  }
  return { items, cursor }
}

/** What there is to say about a conversation in a few figures. */
export function summaryOf(conversation: Conversation, at: string) {
  const { inbound, outbound, messageCount, replies, replyMs, agentReplies, agentReplyMs, orderDetails } =
    conversation
  return {
    id: conversation.id,
    phoneNumber: conversation.phoneNumber,
    status: statusAt(conversation, at),
    durationMs: durationMs(conversation, at),
    messages: { total: messageCount, inbound, outbound, system: messageCount - inbound - outbound },
    replies: timesOf(replies, replyMs, conversation.firstReplyMs),
    agentReplies: timesOf(agentReplies, agentReplyMs, conversation.firstAgentReplyMs),
    waitingSince: statusAt(conversation, at) === 'active' ? (conversation.awaitingReply ?? null) : null,
    order: orderDetails && {
      items: orderDetails.items.length,
      totalAmount: orderDetails.total_amount ?? null,
    },
  }
}

const timesOf = (count: number, sumMs: number, firstMs: number | undefined) => ({
  count,
  firstMs: firstMs ?? null,
  averageMs: count > 0 ? Math.round(sumMs / count) : null,
})
