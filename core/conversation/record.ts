/**
 * Taking messages into a conversation: into the active one of this person on this line, or into a new one, in one
 * transaction with the record that they were seen, the statistics and the events. However many first messages arrive
 * at once, one conversation begins; one that has ended by the clock is closed in the transaction that begins the next.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { iso } from '../platform/clock.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { type Addition, extend } from './addition.ts'
import { appending, contents, placed } from './append.ts'
import { expiry } from './closing.ts'
import { type Channel, Conversation, conversationKey, type Person, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { conversationItem } from './listing.ts'
import type { Message } from './message.ts'
import { everItem, isStale, Pointer, pointerItem, pointerKey } from './person.ts'
import { find as findSeen, type NewSeen, type Seen, seenWrite } from './seen.ts'
import { type ConversationSettings, settingsKey, settingsOf } from './settings.ts'
import { tally } from './stats.ts'
import { orderTold, preview, told } from './told.ts'

export type Line = { accountId: string; channel: Channel; person: Person }

/** What to take in, decided in view of the conversation it goes to; undefined stands for one that will begin. */
export type Entry = Omit<Addition, 'at'> & { seen: NewSeen }
export type Compose = (current: Conversation | undefined, settings: ConversationSettings) => Entry

export type Recorded = { conversation: Conversation; entry: Entry; isNew: boolean }
export type Repeated = { repeated: Seen }

/** Each attempt but the first follows a change by somebody else. */
const ATTEMPTS = 60
/** So many follow at once; then it makes way. */
const PROMPT_ATTEMPTS = 5

/**
 * @param at when it happened, ISO 8601: the conversation is looked for, and lives on, from there
 * @returns `repeated` with the first record when this was seen before: nothing is changed then
 * @throws Fault DEPENDENCY_UNAVAILABLE when the conversation changes too fast, or the store does not answer
 */
export async function record(
  desk: Desk,
  line: Line,
  at: string,
  compose: Compose,
): Promise<Recorded | Repeated> {
  const key = pointerKey(line.accountId, line.person.key, line.channel)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { pointer, settings } = await look(desk, line.accountId, key)
    const last =
      pointer && (await desk.store.get('main', Conversation, conversationKey(pointer.conversationId)))
    const active = last && statusAt(last, at) === 'active' ? last : undefined
    const entry = compose(active, settings)
    const { conversation, writes, seenAt } = active
      ? additionTo(desk, active, pointer, at, entry)
      : beginning(desk, line, { pointer, last }, at, entry)
    const failed = await desk.store.transact(writes)
    if (failed.length === 0) return { conversation, entry, isNew: !active }
    if (failed.includes(seenAt)) {
      const repeated = await findSeen(desk.store, entry.seen.key)
      if (repeated) return { repeated }
    }
    if (attempt > PROMPT_ATTEMPTS) await pause(Math.random() * 2 * attempt)
  }
  throw new Fault('DEPENDENCY_UNAVAILABLE', 'The conversation is changed by many at once. Please try again.')
}

/** One read of both. */
async function look(desk: Desk, accountId: string, key: Key) {
  const settings = settingsKey(accountId)
  const items = await desk.store.getMany('main', [key, settings])
  const pointer = items.find(({ sk }) => sk === key.sk)
  return {
    pointer: pointer && Pointer.parse(pointer),
    settings: settingsOf(items.find(({ sk }) => sk === settings.sk)),
  }
}

type Planned = { conversation: Conversation; writes: Write[]; seenAt: number }

function additionTo(
  desk: Desk,
  before: Conversation,
  pointer: Pointer | undefined,
  at: string,
  entry: Entry,
): Planned {
  const { store, retention } = desk
  const { conversation, messages, writes } = appending(desk, before, { ...entry, at })
  const renewed =
    pointer && isStale(pointer, store.now(), retention)
      ? [pointerItem(before, store.now(), retention), everItem(before, store.now(), retention)]
      : []
  return {
    conversation,
    writes: [
      seenBy(entry, conversation, messages, at, store.now()),
      ...writes,
      ...renewed.map((put): Write => ({ table: 'main', put })),
    ],
    seenAt: 0,
  }
}

function beginning(
  desk: Desk,
  { accountId, channel, person }: Line,
  { pointer, last }: { pointer: Pointer | undefined; last: Conversation | undefined },
  at: string,
  entry: Entry,
): Planned {
  const { store, retention } = desk
  const empty: Conversation = {
    v: 1,
    id: desk.newConversationId(),
    accountId,
    channel,
    person: person.key,
    phoneNumber: person.phoneNumber,
    address: person.address,
    status: 'active',
    createdAt: at,
    lastActivity: at,
    endsAt: iso(Date.parse(at) + desk.conversationTtl),
    messageCount: 0,
    inbound: 0,
    outbound: 0,
    replies: 0,
    replyMs: 0,
    agentReplies: 0,
    agentReplyMs: 0,
    context: {},
    metadata: {},
    orderDetails: null,
    rev: 0,
    ...(person.name ? { name: person.name } : {}),
  }
  const { next, counts } = extend(empty, { ...entry, at }, desk.conversationTtl)
  const counted = tally(accountId, store.now())
  counted.count(next.id, at, { ...counts, started: 1 })
  const closed = last && last.status === 'active' ? expiry(desk, last, counted) : []
  const messages = placed(desk, entry)
  const free = pointer
    ? { condition: 'conversationId = :last', values: { ':last': pointer.conversationId } }
    : {
        condition: 'attribute_not_exists(pk) OR expiresAt <= :now',
        values: { ':now': Math.floor(store.now() / 1000) },
      }
  return {
    conversation: next,
    writes: [
      seenBy(entry, next, messages, at, store.now()),
      { table: 'main', put: pointerItem(next, store.now(), retention), ...free },
      { table: 'main', put: everItem(next, store.now(), retention) },
      { table: 'main', put: conversationItem(next, retention) },
      ...contents(desk, next, messages),
      ...closed,
      ...counted.writes(),
      told(desk, next, 'conversation.started', { messages: messages.map(preview) }, { status: 'active', at }),
      ...orderTold(desk, empty, next, { status: 'active', at }),
    ],
    seenAt: 0,
  }
}

const seenBy = (
  { seen }: Entry,
  { id, accountId }: Conversation,
  messages: Message[],
  at: string,
  now: number,
): Write => seenWrite(seen, { conversationId: id, accountId, place: messages[0]?.sk ?? '', at }, now)
