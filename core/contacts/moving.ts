/**
 * One person, one chat: when it becomes known which phone number is behind a LID, what was said under the LID moves to the
 * chat of the number. That it has to is written with the event that tells of the person (see projection/contacts.ts), and
 * holds until it is done; doing it again, or in part, does no harm.
 */
import * as z from 'zod'
import { chatKey, chatListing } from '../chat.ts'
import { CLEARED_TO } from '../cleared.ts'
import { hidden } from '../hidden.ts'
import { addressOf, phoneNumberOf } from '../jid.ts'
import { moveToChat } from '../labels/label.ts'
import { chatPartition, type Message, ofChat, outgoingKey, receivedKey } from '../message.ts'
import { sessionPartition } from '../partition.ts'
import type { Item, Key, Store } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import { moveTimer } from '../timers.ts'

const PREFIX = 'MOVING#'
const Moving = z.object({
  from: z.string(),
  to: z.string(),
  accountId: z.string(),
  encrypted: z.literal(true).optional(),
  /** When all of it was moved for the first time, in ms. */
  movedAt: z.number().optional(),
})
type Moving = z.infer<typeof Moving>

const Listed = z.looseObject({
  clearedTo: z.string().optional(),
  listSk: z.string().optional(),
  lastMessage: z.unknown().optional(),
  unreadCount: z.number().default(0),
})

/** What stands beside a chat, whatever is said in it. */
const FLAGS = ['name', 'archived', 'pinned', 'mutedUntil', 'unread', 'disappearingSeconds'] as const
const PAGE = 50
const LAG_MS = 60_000

export const movingKey = (sessionId: string, from: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${PREFIX}${from}`,
})
export const movingItem = (sessionId: string, moving: Moving): Item => ({
  ...movingKey(sessionId, moving.from),
  ...moving,
})

/** The ids of a person's chat, before and after. */
export type Moved = Pick<Moving, 'from' | 'to'>

/** Moves what has to be moved of a session. @param andThen is done with each of them, and again when it fails */
export async function moveChats(
  store: Store,
  sessionId: string,
  andThen?: (moved: Moved) => Promise<void>,
): Promise<void> {
  const { items } = await store.query('main', Moving, sessionPartition(sessionId), { prefix: PREFIX })
  for (const moving of items) {
    await moveMessages(store, sessionId, moving)
    while (!(await moveChat(store, sessionId, moving))) await moveMessages(store, sessionId, moving)
    await moveToChat(store, sessionId, moving.from, moving.to)
    await moveTimer(store, sessionId, moving.from, moving.to)
    await andThen?.(moving)
    await settle(store, sessionId, moving)
  }
}

async function moveMessages(store: Store, sessionId: string, moving: Moving): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await ofChat(store, sessionId, moving.from, { limit: PAGE, cursor })
    await Promise.all(page.items.map((message) => moveMessage(store, moving, message)))
    cursor = page.cursor
  } while (cursor)
}

/** The list of messages lags behind a little: a later look finds what this one has missed. */
async function settle(store: Store, sessionId: string, { from, movedAt }: Moving): Promise<void> {
  const key = movingKey(sessionId, from)
  if (movedAt !== undefined && store.now() - movedAt > LAG_MS)
    await store.transact([{ table: 'main', remove: key }])
  else await store.update('main', key, updating().setOnce('movedAt', store.now()).whereExists('pk').build())
}

function moveMessage(store: Store, moving: Moving, message: Message): Promise<boolean> {
  const { to } = moving
  const { sessionId } = message
  const key = message.fromMe ? outgoingKey(sessionId, message.id) : receivedKey(sessionId, message)
  const update = updating().set('chatId', to).set('chatPk', chatPartition(sessionId, to))
  if (message.fromMe) update.set('to', addressOf(to))
  else {
    const phoneNumber = phoneNumberOf(to)
    update
      .set('from', addressOf(to))
      .set('sender', hidden(moving, { ...message.sender, ...(phoneNumber ? { phoneNumber } : {}) }))
  }
  return store.update('messages', key, update.whereExists('pk').build())
}

/** False when somebody wrote in one of the two meanwhile. */
async function moveChat(store: Store, sessionId: string, moving: Moving): Promise<boolean> {
  const { from, to } = moving
  const [before, after] = await Promise.all(
    [from, to].map((id) => store.get('main', Listed, chatKey(sessionId, id))),
  )
  if (!before) return true
  const update = updating()
    .set('sessionId', sessionId)
    .set('chatId', to)
    .add('unreadCount', before.unreadCount)
  for (const flag of FLAGS)
    if (before[flag] !== undefined)
      update.setOnce(flag, flag === 'name' ? hidden(moving, before[flag]) : before[flag])
  const clearedTo = later(before.clearedTo, after?.clearedTo)
  if (clearedTo) update.set(CLEARED_TO, clearedTo)
  const place = before.listSk?.replace(`#${from}`, `#${to}`)
  if (place && place > (after?.listSk ?? ''))
    update
      .set('listPk', chatListing(sessionId))
      .set('listSk', place)
      .setOrRemove('lastMessage', hidden(moving, before.lastMessage))
  const removal = updating()
  const { ConditionExpression: condition = '', names, values } = asSeen(removal, before).build()
  const failed = await store.transact([
    { table: 'main', update: chatKey(sessionId, to), set: asSeen(update, after).build() },
    {
      table: 'main',
      remove: chatKey(sessionId, from),
      condition,
      ...(names ? { names } : {}),
      ...(values ? { values } : {}),
    },
  ])
  return failed.length === 0
}

const later = (one: string | undefined, other: string | undefined): string | undefined =>
  (one ?? '') > (other ?? '') ? one : other

function asSeen(update: Update, chat: z.infer<typeof Listed> | undefined): Update {
  const place = update.name('listSk')
  return update.where(
    chat?.listSk ? `${place} = ${update.value(chat.listSk)}` : `attribute_not_exists(${place})`,
  )
}
