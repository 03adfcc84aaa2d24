/**
 * How events change the list of chats: a chat stands at its newest message and takes over the name that the other side
 * goes by; an older message that arrives late moves nothing. What our devices agree on about a chat stands beside it.
 */
import { chatKey, chatListing, type LastMessage } from '../chat.ts'
import { CLEARED_TO, endOf } from '../cleared.ts'
import type { Event } from '../contract/event.ts'
import { hidden, type Origin } from '../hidden.ts'
import { isGroup, isListed } from '../jid.ts'
import type { Item, Key, Write } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import type { DeedEvent } from './deeds.ts'
import { type Known, nameOf } from './known.ts'
import { isRewriting, lastMessageOf, note, type Rewritings, rewritten, rewrittenIn } from './last-message.ts'
import type { EventOf } from './messages.ts'

type Change = {
  key: Key
  sessionId: string
  chatId: string
  name?: unknown
  /** Its place in the list, and what stands there. */
  moved?: { place: string; lastMessage?: LastMessage | undefined } | undefined
  /** Changes of what may stand in the list, where nothing new came. */
  rewritings: Rewritings
  /** Of the events: what is said is kept sealed by it. */
  origin: Origin
  /** Attributes to set, or to remove (undefined). */
  flags: Map<string, unknown>
  /** Everything up to that place was taken out of it, or it was deleted with it. */
  emptied?: { end: string; isDeleted: boolean }
  /** Messages that came in and were not read, and whether those before were. */
  unread: { added: number; areOthersRead: boolean }
}

type SaidType = 'message.received' | 'message.waiting' | 'message.sent'
export type ChatEvent = Extract<Event, { type: 'chat.updated' | 'chat.cleared' | 'chat.deleted' }>
type EmptyingEvent = EventOf<'chat.cleared' | 'chat.deleted'>
const TYPES = new Set<Event['type']>(['chat.updated', 'chat.cleared', 'chat.deleted'])
export const isChatEvent = (event: Event): event is ChatEvent => TYPES.has(event.type)

export function chatChanges(known: Known) {
  const changes = new Map<string, Change>()
  const changeOf = ({ sessionId, accountId, encrypted }: Event, chatId: string): Change => {
    const key = chatKey(sessionId, chatId)
    const change = changes.get(nameOf('main', key)) ?? {
      key,
      sessionId,
      chatId,
      flags: new Map(),
      rewritings: new Map(),
      origin: { accountId, encrypted },
      unread: { added: 0, areOthersRead: false },
    }
    changes.set(nameOf('main', key), change)
    return change
  }
  const read = (change: Change): void => {
    change.unread = { added: 0, areOthersRead: true }
    change.flags.set('unread', undefined)
  }

  const updated = (change: Change, event: EventOf<'chat.updated'>): void => {
    if (event.payload.changes.unread === false) read(change)
    for (const [flag, value] of flagsIn(event)) change.flags.set(flag, value)
  }
  const emptied = (change: Change, { type, timestamp, payload }: EmptyingEvent): void => {
    const { upTo = timestamp } = payload
    const end = endOf(upTo)
    change.flags.set(CLEARED_TO, upTo)
    if (change.moved && change.moved.place > end) return
    read(change)
    const isDeleted = type === 'chat.deleted'
    change.emptied = { end, isDeleted }
    change.moved = isDeleted || !change.moved ? undefined : { place: change.moved.place }
    if (isDeleted) for (const flag of GONE_WITH_IT) change.flags.delete(flag)
  }

  return {
    /** Whoever writes in a chat has read it. `at` is the message's place in time. */
    said(event: EventOf<SaidType>, at: string): void {
      const { type, payload } = event
      const { message } = payload
      const change = changeOf(event, message.chatId)
      // It is in no list, and has to be found when the session is erased.
      if (!isListed(message.chatId)) return
      const place = `${at}#${message.chatId}`
      const name = !message.fromMe && !isGroup(message.chatId) ? message.sender.name : undefined
      if (!change.moved || change.moved.place <= place)
        change.moved = { place, lastMessage: lastMessageOf(message) }
      if (name) change.name = hidden(event, name)
      if (type === 'message.received') change.unread.added += 1
      if (type === 'message.sent') read(change)
    },
    named(event: EventOf<'group.updated'>, name: string): void {
      changeOf(event, event.payload.groupId).name = hidden(event, name)
    },
    timed(event: Event, chatId: string, seconds: number): void {
      changeOf(event, chatId).flags.set('disappearingSeconds', seconds || undefined)
    },
    changed(event: ChatEvent): void {
      const change = changeOf(event, event.payload.chatId)
      if (event.type === 'chat.updated') updated(change, event)
      else emptied(change, event)
    },

    /** Something was done to a message, which may be the one that the list shows. */
    done(event: DeedEvent): void {
      if (!isRewriting(event) || !isListed(event.payload.chatId)) return
      const { moved, rewritings } = changeOf(event, event.payload.chatId)
      if (!moved) note(rewritings, event)
      else if (moved.lastMessage?.id === event.payload.target.messageId)
        moved.lastMessage = rewritten(moved.lastMessage, event)
    },

    writes: (): Write[] => [...changes.values()].flatMap((change) => writeOf(change, known) ?? []),
  }
}

const GONE_WITH_IT = ['archived', 'pinned']

/** What is not so is not stored. */
function flagsIn(event: EventOf<'chat.updated'>): [string, unknown][] {
  const { archived, pinned, mutedUntil, unread } = event.payload.changes
  const said: Record<string, unknown> = { archived, pinned, mutedUntil, unread }
  return Object.entries(said).flatMap(([flag, value]): [string, unknown][] =>
    value === undefined ? [] : [[flag, value || undefined]],
  )
}

function writeOf(change: Change, known: Known): Write | undefined {
  const { key, sessionId, chatId, name, moved, flags, unread, emptied, rewritings } = change
  const stored = known.get(nameOf('main', key))
  const isBehind = (place: string) => stored != null && String(stored.listSk ?? '') > place
  const isLate = Boolean(moved && isBehind(moved.place))
  const isOutlived = Boolean(emptied && isBehind(emptied.end))
  const isRead = unread.areOthersRead && !isLate && !isOutlived
  const isBeside = !moved && !emptied && !name && flags.size === 0 && unread.added === 0 && !isRead
  if (isLate && !name && flags.size === 0 && unread.added === 0) return
  if (isBeside && rewritings.size > 0) return rewriting(change, stored)
  const update = updating().set('sessionId', sessionId).set('chatId', chatId)
  if (name) update.set('name', name)
  for (const [flag, value] of flags) update.setOrRemove(flag, value)
  if (isRead) update.set('unreadCount', unread.added)
  else if (unread.added > 0) update.add('unreadCount', unread.added)
  if (emptied?.isDeleted && !isOutlived) update.remove(...GONE_WITH_IT.filter((flag) => !flags.has(flag)))
  if (emptied && !isOutlived && !moved) empty(update, emptied)
  if (moved && !isLate) move(update, change, moved)
  return { table: 'main', update: key, set: update.build() }
}

/** Nobody looks beforehand which message a chat shows: the attempt to leave it alone finds out. */
function rewriting({ key, rewritings, origin }: Change, stored: Item | null | undefined): Write | undefined {
  if (stored === undefined) return { table: 'main', check: key, condition: 'attribute_not_exists(pk)' }
  const found = stored && rewrittenIn(stored, rewritings)
  if (!found) return
  const update = updating().setOrRemove('lastMessage', hidden(origin, found.shows))
  update.where(`${update.name('listSk')} = ${update.value(stored.listSk)}`)
  return { table: 'main', update: key, set: update.build() }
}

function empty(update: Update, { end, isDeleted }: NonNullable<Change['emptied']>): void {
  update.remove('lastMessage', ...(isDeleted ? ['listPk', 'listSk'] : []))
  unlessBehind(update, end)
}

function move(update: Update, { sessionId, origin }: Change, moved: NonNullable<Change['moved']>): void {
  const { place, lastMessage } = moved
  update
    .set('listPk', chatListing(sessionId))
    .set('listSk', place)
    .setOrRemove('lastMessage', hidden(origin, lastMessage))
  unlessBehind(update, place)
}

/** Only while the chat stands at this place, or before it, or nowhere. */
function unlessBehind(update: Update, place: string): void {
  const there = update.name('listSk')
  update.where(`attribute_not_exists(${there}) OR ${there} <= ${update.value(place)}`)
}
