/**
 * What events change: the log entry itself, the message, its chat, the counters, the status history, as the writes of
 * one transaction. Changes of one item are merged, because a transaction may touch it only once. Nothing is read
 * beforehand: conditions find out whether an event is old, and what was learned from them comes back as `known`, so
 * that the next attempt leaves out what is void.
 */

import { chatKey } from '../chat.ts'
import { isDeed } from '../contract/content.ts'
import type { Event } from '../contract/event.ts'
import { told } from '../contract/told.ts'
import { hiddenEvent } from '../hidden.ts'
import { outgoingKey, receivedKey, targetKey } from '../message.ts'
import { sessionPartition } from '../partition.ts'
import { ttl } from '../platform/clock.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import type { Retention } from '../retention.ts'
import { dayKey, totalsKey } from '../stats.ts'
import { timerIn, timerKey, timerWrite } from '../timers.ts'
import { chatChanges, isChatEvent } from './chats.ts'
import { contactChanges, touchedBy } from './contacts.ts'
import { counterChanges } from './counters.ts'
import { isDeedEvent } from './deeds.ts'
import { type Known, nameOf } from './known.ts'
import { isLabelEvent, labelChanges, touchedByLabel } from './labels.ts'
import { isRewriting } from './last-message.ts'
import { type EventOf, messageChanges, placeInTime } from './messages.ts'
import { receiptChanges, receiptOf } from './receipts.ts'

export { type Known, nameOf } from './known.ts'

export const HISTORY_PREFIX = 'STATUS#'

export const eventKey = ({ sessionId, id }: Pick<Event, 'sessionId' | 'id'>): Key => ({
  pk: sessionPartition(sessionId),
  sk: id,
})

/** The writes that make these events part of the log and of the read model; none when all of them are known. */
export function project(
  events: Event[],
  retention: Retention,
  now: number,
  known: Known = new Map(),
): Write[] {
  const expiresAt = ttl(now, retention.eventSeconds)
  const messages = messageChanges(known, retention, now)
  const chats = chatChanges(known)
  const counters = counterChanges()
  const contacts = contactChanges()
  const labels = labelChanges()
  const entries = new Map<string, Write>()
  const timers = new Map<string, Write>()
  const receipts = receiptChanges(retention, now)

  /** The session keeps no messages: this one is counted, and stands in the log alone. */
  const isToldOnly = (event: EventOf<'message.received' | 'message.waiting' | 'message.sent'>): true => {
    const { sessionId, timestamp, type, payload } = event
    const direction = payload.message.fromMe ? 'sent' : 'received'
    if (type !== 'message.waiting' && !isDeed(payload.message))
      counters.message(sessionId, direction, payload.message, timestamp, tookOf(event))
    return true
  }

  const isNew = (event: EventOf<'message.received' | 'message.waiting' | 'message.sent'>): boolean => {
    const { sessionId, timestamp, type } = event
    const { message } = event.payload
    if (message.kept === false) return isToldOnly(event)
    if (!(type === 'message.sent' ? messages.sent(event) : messages.received(event))) return false
    if (isDeed(message)) return true
    chats.said(event, placeInTime(event, message))
    if (type !== 'message.waiting')
      counters.message(sessionId, message.fromMe ? 'sent' : 'received', message, timestamp, tookOf(event))
    return true
  }

  /** False when the event is void: it tells what is told already. */
  const apply = (event: Event): boolean => {
    const { sessionId, timestamp } = event
    const timer = timerIn(event)
    if (timer) {
      const { chatId, seconds } = timer
      chats.timed(event, chatId, seconds)
      timers.set(nameOf('main', timerKey(sessionId, chatId)), timerWrite(sessionId, chatId, seconds))
    }
    if (isDeedEvent(event)) {
      messages.changed(event)
      chats.done(event)
      return true
    }
    if (isChatEvent(event)) {
      chats.changed(event)
      return true
    }
    if (isLabelEvent(event)) {
      labels.changed(event)
      return true
    }
    switch (event.type) {
      case 'message.received':
      case 'message.waiting':
      case 'message.sent':
        return isNew(event)
      case 'message.status': {
        if (!messages.status(event)) return false
        receipts.reached(event)
        if (event.payload.status === 'failed') counters.failed(sessionId, timestamp)
        return true
      }
      case 'contact.updated':
        contacts.updated(event)
        return true
      case 'group.updated': {
        const { changes } = event.payload
        if (changes.subject !== undefined) chats.named(event, changes.subject)
        return true
      }
      case 'session.status': {
        const { status, was, reason } = event.payload
        const key = { pk: sessionPartition(sessionId), sk: `${HISTORY_PREFIX}${event.id}` }
        entries.set(key.sk, { table: 'main', put: { ...key, status, was, at: timestamp, reason, expiresAt } })
        return true
      }
      default:
        return true
    }
  }

  for (const event of events) {
    const key = eventKey(event)
    const name = nameOf('events', key)
    if (known.get(name) || entries.has(name) || !apply(event)) continue
    entries.set(name, {
      table: 'events',
      put: { ...key, ...hiddenEvent(told(event)), expiresAt },
      condition: 'attribute_not_exists(pk)',
    })
  }
  return [
    ...entries.values(),
    ...messages.writes(),
    ...chats.writes(),
    ...counters.writes(),
    ...contacts.writes(),
    ...labels.writes(),
    ...timers.values(),
    ...receipts.writes(),
  ]
}

const tookOf = ({ payload }: { payload: { tookMs?: number | undefined } | object }): number | undefined =>
  'tookMs' in payload ? payload.tookMs : undefined

/** The names of the items that an event touches; never fewer than its writes. */
export function touches(event: Event): string[] {
  const timer = timerIn(event)
  const own = [
    nameOf('events', eventKey(event)),
    ...(timer ? [nameOf('main', timerKey(event.sessionId, timer.chatId))] : []),
  ]
  if (isDeedEvent(event))
    return [
      ...own,
      nameOf('messages', targetKey(event.sessionId, event.payload.target, event.payload.chatId)),
      ...(isRewriting(event) ? [nameOf('main', chatKey(event.sessionId, event.payload.chatId))] : []),
    ]
  if (isChatEvent(event)) return [...own, nameOf('main', chatKey(event.sessionId, event.payload.chatId))]
  if (isLabelEvent(event)) return [...own, touchedByLabel(event)]
  switch (event.type) {
    case 'message.received':
    case 'message.waiting':
    case 'message.sent': {
      const { message } = event.payload
      const key =
        event.type === 'message.sent'
          ? outgoingKey(event.sessionId, message.id)
          : receivedKey(event.sessionId, message)
      return [
        ...own,
        nameOf('messages', key),
        nameOf('main', chatKey(event.sessionId, message.chatId)),
        nameOf('main', totalsKey(event.sessionId)),
        nameOf('main', dayKey(event.sessionId, message.timestamp.slice(0, 10))),
      ]
    }
    case 'message.status': {
      const receipt = receiptOf(event)
      return [
        ...own,
        ...(receipt ? [nameOf('main', receipt.key)] : []),
        nameOf('messages', outgoingKey(event.sessionId, event.payload.messageId)),
        nameOf('main', totalsKey(event.sessionId)),
        nameOf('main', dayKey(event.sessionId, event.timestamp.slice(0, 10))),
      ]
    }
    case 'contact.updated':
      return [...own, ...touchedBy(event)]
    case 'group.updated':
      return [...own, nameOf('main', chatKey(event.sessionId, event.payload.groupId))]
    case 'session.status':
      return [
        ...own,
        nameOf('main', { pk: sessionPartition(event.sessionId), sk: `${HISTORY_PREFIX}${event.id}` }),
      ]
    default:
      return own
  }
}
