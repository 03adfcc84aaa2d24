/**
 * How events change message items. A received message is stored once, whoever delivers it again under whatever event;
 * a sent one may have been accepted by the API before or be new to us (written on the phone); a state is recorded
 * only when neither it nor a later one was reached.
 */
import { isDeed } from '../contract/content.ts'
import type { Event } from '../contract/event.ts'
import type { MessageFacts, MessageStatus, Waiting } from '../contract/message.ts'
import { hiddenAttribute, hiddenMessage } from '../hidden.ts'
import { STATUS } from '../jid.ts'
import {
  awaitingPartition,
  chatPartition,
  DEEDS_CHAT,
  failedPlace,
  hasReached,
  outgoingKey,
  PROGRESS,
  queuedPlace,
  receivedKey,
  type Times,
  targetKey,
  timeAttribute,
  VIEW_PREFIX,
} from '../message.ts'
import { iso, ttl } from '../platform/clock.ts'
import type { Item, Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import type { Retention } from '../retention.ts'
import { changeBy, type DeedEvent } from './deeds.ts'
import { type Known, nameOf } from './known.ts'

export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>

type Change = {
  key: Key
  /** A received message: written whole, or not at all. */
  received?: Item
  /** What a sent message consists of, set where nothing is yet. Without it the message has to exist. */
  facts?: Record<string, unknown>
  times: Times
  /** Attributes that must not exist, or an event would be told twice. */
  absent: Set<string>
  /** Its new place in the index of what waits; null takes it out. */
  place?: string | null
  reason?: string | undefined
  /** Why it waits, where it has been queued. */
  waiting?: Waiting | undefined
  /** What people did to it: attributes to set, whatever is there, or to remove (undefined). */
  deeds: Map<string, unknown>
}

export type MessageChanges = {
  /** False when it is stored already: the event is void then. What waited for its content gets it. */
  received(event: EventOf<'message.received' | 'message.waiting'>): boolean
  sent(event: EventOf<'message.sent'>): boolean
  status(event: EventOf<'message.status'>): boolean
  /** Of a message that we never saw, the log alone tells. */
  changed(event: DeedEvent): void
  writes(): Write[]
}

export function messageChanges(known: Known, retention: Retention, now: number): MessageChanges {
  const changes = new Map<string, Change>()
  const expiresAt = ttl(now, retention.messageSeconds)

  const stored = (key: Key) => known.get(nameOf('messages', key))
  const changeOf = (key: Key): Change => {
    const name = nameOf('messages', key)
    const change = changes.get(name) ?? { key, times: {}, absent: new Set(), deeds: new Map() }
    changes.set(name, change)
    return change
  }
  const isThere = (key: Key, status: MessageStatus): boolean =>
    Boolean(stored(key)?.[timeAttribute(status)] ?? changes.get(nameOf('messages', key))?.times[status])

  return {
    received(event) {
      const { message } = event.payload
      const key = receivedKey(event.sessionId, message)
      const before = changes.get(nameOf('messages', key))?.received ?? stored(key)
      if (before && (before.type !== WAITING || message.type === WAITING)) return false
      changeOf(key).received = {
        ...key,
        ...hiddenMessage(event, content(event, message)),
        ...awaiting(event, message),
        expiresAt,
      }
      return true
    },

    sent(event) {
      const { message } = event.payload
      const key = outgoingKey(event.sessionId, message.id)
      if (isThere(key, 'sent')) return false
      const change = changeOf(key)
      change.facts = { ...hiddenMessage(event, content(event, message)), expiresAt }
      for (const status of ['queued', 'sent', 'server'] as const) change.times[status] ??= event.timestamp
      change.absent.add(timeAttribute('sent'))
      change.place = null
      return true
    },

    status(event) {
      const { messageId, status, participant, reason, chatId, waiting } = event.payload
      const key = outgoingKey(event.sessionId, messageId)
      // Of a message that we never saw, from before the session was linked, the log alone tells.
      if (stored(key) === null && !changes.get(nameOf('messages', key))?.facts) return true
      const beyond = participant ? [] : statesBeyond(status)
      if (beyond.some((state) => isThere(key, state))) return false
      const change = changeOf(key)
      change.times[status] ??= event.timestamp
      for (const state of beyond) change.absent.add(timeAttribute(state))
      if (participant && chatId === STATUS && hasReached(status, 'read'))
        change.deeds.set(`${VIEW_PREFIX}${participant}`, { at: event.timestamp })
      if (status === 'failed') {
        change.reason = reason
        change.place = failedPlace(event.sessionId, messageId)
      } else if (change.place !== null) {
        change.place = status === 'queued' ? queuedPlace(event.sessionId, messageId) : null
        change.waiting = waiting
      }
      return true
    },

    changed(event) {
      const key = targetKey(event.sessionId, event.payload.target, event.payload.chatId)
      if (stored(key) === null && !changes.get(nameOf('messages', key))?.facts) return
      const { deeds } = changeOf(key)
      for (const [attribute, value] of changeBy(event))
        deeds.set(attribute, hiddenAttribute(event, attribute, value))
    },

    writes: () => [...changes.values()].map(writeOf),
  }
}

/** The type of a message whose content is still to come. */
export const WAITING = 'waiting'

/** The states that make this one void, itself included. What the server took has not failed, whatever was said before. */
function statesBeyond(status: MessageStatus): MessageStatus[] {
  const byServer = PROGRESS.slice(PROGRESS.indexOf('server'))
  if (status === 'failed') return ['failed', ...byServer]
  if (hasReached(status, 'server')) return PROGRESS.slice(PROGRESS.indexOf(status))
  return ['failed', ...PROGRESS.slice(PROGRESS.indexOf(status))]
}

/**
 * WhatsApp tells times in whole seconds. Among messages of one second the time of arrival decides, so that a prompt
 * answer does not stand above its question.
 */
export const placeInTime = (event: { timestamp: string }, message: MessageFacts): string =>
  iso(Math.min(Date.parse(event.timestamp), Date.parse(message.timestamp) + 999))

const content = (event: Event, message: MessageFacts) => ({
  ...message,
  sessionId: event.sessionId,
  accountId: event.accountId,
  chatPk: chatPartition(event.sessionId, isDeed(message) ? DEEDS_CHAT : message.chatId),
  chatSk: `${placeInTime(event, message)}#${event.id}`,
})

/** A file that is still to be fetched is found again by this, whoever began to. */
const awaiting = (event: Event, message: MessageFacts) =>
  message.media?.state === 'pending'
    ? { waitPk: awaitingPartition(event.sessionId), waitSk: `${event.timestamp}#${message.id}` }
    : {}

const IS_NEW = { condition: 'attribute_not_exists(pk)' }
const IS_NEW_OR_WAITED_FOR = {
  condition: 'attribute_not_exists(pk) OR #type = :waiting',
  names: { '#type': 'type' },
  values: { ':waiting': WAITING },
}

function writeOf(change: Change): Write {
  if (change.received)
    return {
      table: 'messages',
      put: { ...change.received, ...Object.fromEntries(change.deeds) },
      ...(change.received.type === WAITING ? IS_NEW : IS_NEW_OR_WAITED_FOR),
    }
  const update = updating()
  for (const [attribute, content] of Object.entries({ ...change.facts, ...namedTimes(change.times) }))
    if (content !== undefined && !change.deeds.has(attribute)) update.setOnce(attribute, content)
  for (const [attribute, content] of change.deeds) update.setOrRemove(attribute, content)
  if (change.reason !== undefined) update.set('reason', change.reason)
  if (change.waiting) update.set('waiting', change.waiting)
  if (change.place) update.set('waitSk', change.place)
  if (change.place === null) update.remove('waitPk', 'waitSk')
  for (const attribute of change.absent) update.whereAbsent(attribute)
  if (!change.facts) update.whereExists('pk')
  return { table: 'messages', update: change.key, set: update.build() }
}

const namedTimes = (times: Times): Record<string, string> =>
  Object.fromEntries(
    Object.entries(times).map(([status, at]) => [timeAttribute(status as MessageStatus), at]),
  )
