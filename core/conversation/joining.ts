/**
 * One person, one conversation on a line. When it becomes known which phone number is behind a LID, what the person said
 * under the LID becomes the number's: where only one conversation goes on, it is that one; where two do, the later begun
 * one goes into the other in one transaction, leads there from then on, and its messages follow. It rests on conditions
 * alone, so doing it again, in part, or by two at once does no harm.
 */
import { LID_SERVER, phoneNumberOf } from '../jid.ts'
import { iso } from '../platform/clock.ts'
import type { Expression, Item, Write } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import { contents, placed } from './append.ts'
import { Conversation, conversationKey, type Person, statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { identified, identity, joined } from './joined.ts'
import { conversationItem, deletedAfter } from './listing.ts'
import { systemMessage } from './message.ts'
import { type Move, moveMessages, takeOver } from './moving.ts'
import { AGAIN, persistently } from './persistently.ts'
import { Pointer, pointerItem, pointerKey } from './person.ts'
import { type Tally, tally } from './stats.ts'
import { told } from './told.ts'

/** Undefined unless a number takes the place of a LID: conversations of a number stay with the number. */
export function moveOf(
  { sessionId, accountId }: { sessionId: string; accountId: string },
  { from, to }: { from: string; to: string },
): Move | undefined {
  const phoneNumber = phoneNumberOf(to)
  if (!phoneNumber || !from.endsWith(`@${LID_SERVER}`)) return
  const person = { key: phoneNumber, phoneNumber, address: to, lid: from }
  return { accountId, channel: { type: 'session', sessionId }, lid: from, person }
}

/**
 * @returns what was written to the session's log
 * @throws Fault DEPENDENCY_UNAVAILABLE when others change them too fast; what is not done is done the next time
 */
export async function join(desk: Desk, move: Move): Promise<Item[]> {
  const writes = await persistently(() => joinCurrent(desk, move))
  await takeOver(desk, move)
  await moveMessages(desk, move)
  return writes.flatMap((write) => ('put' in write && write.table === 'events' ? [write.put] : []))
}

type Joined = { writes: Write[]; current?: Conversation }

/** The ones to which the pointers of the LID and of the number lead. */
async function joinCurrent(desk: Desk, move: Move): Promise<Write[] | typeof AGAIN> {
  const { store } = desk
  const { accountId, channel, lid, person } = move
  const [byLid, byNumber] = await Promise.all(
    [lid, person.key].map((key) => store.get('main', Pointer, pointerKey(accountId, key, channel))),
  )
  if (!byLid) return []
  // Read on either side of a change that somebody else made.
  if (byLid.conversationId === byNumber?.conversationId) return AGAIN
  const [own, other] = await Promise.all([byLid, byNumber].map((pointer) => active(desk, pointer)))
  const counted = tally(store.now())
  const { writes, current }: Joined =
    own && other ? asOne(desk, move, own, other, counted) : own ? renamed(desk, move, own) : { writes: [] }
  const failed = await store.transact([
    ...writes,
    ...pointing(desk, move, byLid, byNumber, current),
    ...counted.writes(),
  ])
  return failed.length === 0 ? writes : AGAIN
}

async function active({ store }: Desk, pointer: Pointer | undefined): Promise<Conversation | undefined> {
  const found = pointer && (await store.get('main', Conversation, conversationKey(pointer.conversationId)))
  return found && statusAt(found, iso(store.now())) === 'active' ? found : undefined
}

/** It goes on as it is, under the number. */
function renamed(desk: Desk, { lid, person }: Move, before: Conversation): Joined {
  const current = { ...before, ...identity(person) }
  const as = { status: 'active' as const, at: iso(desk.store.now()) }
  return {
    current,
    writes: [
      belonging(before, lid, person),
      told(desk, current, 'conversation.updated', { messages: [], changed: ['person'] }, as),
    ],
  }
}

/** Holds while it is active, and still that of the LID. */
function belonging(before: Conversation, lid: string, person: Person): Write {
  const update = identified(person)
  update.where(`${update.name('person')} = ${update.value(lid)}`)
  update.where(`${update.name('status')} = ${update.value(before.status)}`)
  return { table: 'main', update: conversationKey(before.id), set: update.build() }
}

const BECAME_ONE = 'Two conversations with this person became one, because the phone number is known now.'

function asOne(
  desk: Desk,
  { lid, person }: Move,
  own: Conversation,
  other: Conversation,
  counted: Tally,
): Joined {
  const at = iso(desk.store.now())
  const { next, gone, stays } = joined(own, other, person)
  const note = systemMessage(desk.newEventId(), at, BECAME_ONE, { merged: gone.id, lid })
  const messages = placed(desk, { messages: [note] })
  const current = { ...next, messageCount: next.messageCount + messages.length }
  counted.count(current, at, { system: messages.length })
  const unchanged = asSeen(stays)
  return {
    current,
    writes: [
      {
        table: 'main',
        put: conversationItem(current, desk.retention),
        condition: unchanged.ConditionExpression ?? '',
        ...(unchanged.names ? { names: unchanged.names } : {}),
        ...(unchanged.values ? { values: unchanged.values } : {}),
      },
      leadingOn(desk, gone, current),
      ...contents(desk, current, messages),
      told(desk, current, 'conversation.merged', { mergedId: gone.id }, { status: 'active', at }),
    ],
  }
}

/** Nothing is written to it any more; whoever names it is led on, and no list shows it. */
function leadingOn(desk: Desk, gone: Conversation, current: Conversation): Write {
  const update = updating()
    .set('status', 'completed')
    .set('mergedInto', current.id)
    .set('rev', gone.rev + 1)
    .set('expiresAt', deletedAfter(current, desk.retention))
    .remove('listPk', 'listSk', 'awaitingReply', 'awaitingAgent')
  return { table: 'main', update: conversationKey(gone.id), set: unchangedSince(gone, update).build() }
}

/** Every message changes the first two of these, and everything else the last. */
function unchangedSince(seen: Conversation, update: Update): Update {
  for (const field of ['messageCount', 'lastActivity', 'endsAt', 'status', 'rev'] as const)
    update.where(`${update.name(field)} = ${update.value(seen[field])}`)
  return update
}
const asSeen = (seen: Conversation): Expression => unchangedSince(seen, updating()).build()

/** The number's pointer leads to the one that goes on, and the LID's to nothing. */
function pointing(
  desk: Desk,
  { accountId, channel, lid }: Move,
  byLid: Pointer,
  byNumber: Pointer | undefined,
  current: Conversation | undefined,
): Write[] {
  const is = ({ conversationId }: Pointer) => ({
    condition: 'conversationId = :last',
    values: { ':last': conversationId },
  })
  const now = desk.store.now()
  const free = {
    condition: 'attribute_not_exists(pk) OR expiresAt <= :now',
    values: { ':now': Math.floor(now / 1000) },
  }
  const removal: Write = { table: 'main', remove: pointerKey(accountId, lid, channel), ...is(byLid) }
  if (!current) return [removal]
  const put = pointerItem(current, now, desk.retention)
  return [removal, { table: 'main', put, ...(byNumber ? is(byNumber) : free) }]
}
