/**
 * The writes by which messages become part of the active conversation of a person on a line, or of a new one. What they
 * rest on is checked by the writes themselves.
 */
import { iso } from '../platform/clock.ts'
import type { Write } from '../platform/dynamo.ts'
import { type Addition, extend } from './addition.ts'
import { appending, contents, placed } from './append.ts'
import { stillByLid } from './by-number.ts'
import { expiry } from './closing.ts'
import { type Channel, type Conversation, type Person, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { conversationItem } from './listing.ts'
import { everItem, isStale, Pointer, pointerItem } from './person.ts'
import { type NewSeen, seenWrite } from './seen.ts'
import type { Tally } from './stats.ts'
import { orderTold, preview, told } from './told.ts'

export type Line = {
  accountId: string
  channel: Channel
  person: Person
  /** Its session keeps what is said sealed. */
  encrypted?: true | undefined
}

/** What is known of a line: where its last conversation is, and that conversation. */
export type Known = { pointer: Pointer | undefined; last: Conversation | undefined }

/** What to take in. Each of `seen` has to be new. */
export type Entry = Addition & { seen: NewSeen[] }

export type Plan = {
  conversation: Conversation
  /** As it stands when this is written. */
  pointer: Pointer
  isNew: boolean
  /** First those of `seen`, in their order. What is counted is not among them. */
  writes: Write[]
}

/** The conversation that goes on at that time. */
export const activeAt = ({ last }: Known, at: string): Conversation | undefined =>
  last && statusAt(last, at) === 'active' ? last : undefined

export function plan(desk: Desk, line: Line, known: Known, given: Entry, counted: Tally): Plan {
  const entry = line.encrypted ? { ...given, encrypted: line.encrypted } : given
  const active = activeAt(known, entry.from ?? entry.at)
  const planned = active
    ? goingOn(desk, active, known.pointer, entry, counted)
    : beginning(desk, line, known, entry, counted)
  return { ...planned, writes: [...planned.writes, ...stillByLid(line)] }
}

function goingOn(
  desk: Desk,
  before: Conversation,
  pointer: Pointer | undefined,
  entry: Entry,
  counted: Tally,
): Plan {
  const { retention } = desk
  const now = desk.store.now()
  const { conversation, messages, writes } = appending(desk, before, entry, counted)
  const renewed =
    pointer && isStale(pointer, now, retention)
      ? [pointerItem(before, now, retention), everItem(before, now, retention)]
      : []
  const [fresh] = renewed
  return {
    conversation,
    pointer: fresh || !pointer ? Pointer.parse(fresh ?? pointerItem(before, now, retention)) : pointer,
    isNew: false,
    writes: [
      ...entry.seen.map((seen) => seenWrite(seen, conversation, messages, { at: entry.at, now })),
      ...writes,
      ...renewed.map((put): Write => ({ table: 'main', put })),
    ],
  }
}

function beginning(desk: Desk, line: Line, { pointer, last }: Known, entry: Entry, counted: Tally): Plan {
  const { retention } = desk
  const { at, from = at } = entry
  const now = desk.store.now()
  const empty = emptyConversation(desk, line, from)
  const { next, counts } = extend(empty, entry, desk.conversationTtl)
  counted.count(next, from, { ...counts, started: 1 })
  const messages = placed(desk, entry)
  const as = { status: 'active' as const, at }
  const free = pointer
    ? { condition: 'conversationId = :last', values: { ':last': pointer.conversationId } }
    : {
        condition: 'attribute_not_exists(pk) OR expiresAt <= :now',
        values: { ':now': Math.floor(now / 1000) },
      }
  const item = pointerItem(next, now, retention)
  return {
    conversation: next,
    pointer: Pointer.parse(item),
    isNew: true,
    writes: [
      ...entry.seen.map((seen) => seenWrite(seen, next, messages, { at, now })),
      { table: 'main', put: item, ...free },
      { table: 'main', put: everItem(next, now, retention) },
      { table: 'main', put: conversationItem(next, retention) },
      ...contents(desk, next, messages),
      ...(last && last.status === 'active' ? expiry(desk, last, counted) : []),
      told(desk, next, 'conversation.started', { messages: messages.map(preview) }, as),
      ...orderTold(desk, empty, next, as),
    ],
  }
}

const emptyConversation = (desk: Desk, { accountId, channel, person }: Line, at: string): Conversation => ({
  v: 1,
  id: desk.newConversationId(),
  accountId,
  channel,
  person: person.key,
  phoneNumber: person.phoneNumber,
  ...(person.lid ? { lid: person.lid } : {}),
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
})
