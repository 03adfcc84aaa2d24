/**
 * How events change message items. A received message is stored once, whoever delivers it again under whatever event;
 * a sent one may have been accepted by the API before or be new to us (written on the phone); a state is recorded
 * only when neither it nor a later one was reached.
 */
import type { Event, MessageFacts, MessageStatus } from '../contract/event.ts'
import {
  chatPartition,
  failedPlace,
  hasReached,
  outgoingKey,
  PROGRESS,
  queuedPlace,
  receivedKey,
  type Times,
  timeAttribute,
} from '../message.ts'
import { iso, ttl } from '../platform/clock.ts'
import type { Item, Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import type { Retention } from '../retention.ts'
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
}

export type MessageChanges = {
  /** False when it is stored already: the event is void then. */
  received(event: EventOf<'message.received'>): boolean
  sent(event: EventOf<'message.sent'>): boolean
  status(event: EventOf<'message.status'>): boolean
  writes(): Write[]
}

export function messageChanges(known: Known, retention: Retention, now: number): MessageChanges {
  const changes = new Map<string, Change>()
  const expiresAt = ttl(now, retention.messageSeconds)

  const stored = (key: Key) => known.get(nameOf('messages', key))
  const changeOf = (key: Key): Change => {
    const name = nameOf('messages', key)
    const change = changes.get(name) ?? { key, times: {}, absent: new Set() }
    changes.set(name, change)
    return change
  }
  const isThere = (key: Key, status: MessageStatus): boolean =>
    Boolean(stored(key)?.[timeAttribute(status)] ?? changes.get(nameOf('messages', key))?.times[status])

  return {
    received(event) {
      const { message } = event.payload
      const key = receivedKey(event.sessionId, message)
      if (stored(key) || changes.get(nameOf('messages', key))?.received) return false
      changeOf(key).received = { ...key, ...content(event, message), expiresAt }
      return true
    },

    sent(event) {
      const { message } = event.payload
      const key = outgoingKey(event.sessionId, message.id)
      if (isThere(key, 'sent')) return false
      const change = changeOf(key)
      change.facts = { ...content(event, message), expiresAt }
      for (const status of ['queued', 'sent', 'server'] as const) change.times[status] ??= event.timestamp
      change.absent.add(timeAttribute('sent'))
      change.place = null
      return true
    },

    status(event) {
      const { messageId, status, participant, reason } = event.payload
      const key = outgoingKey(event.sessionId, messageId)
      // Of a message that we never saw, from before the session was linked, the log alone tells.
      if (stored(key) === null && !changes.get(nameOf('messages', key))?.facts) return true
      const beyond = participant ? [] : statesBeyond(status)
      if (beyond.some((state) => isThere(key, state))) return false
      const change = changeOf(key)
      change.times[status] ??= event.timestamp
      for (const state of beyond) change.absent.add(timeAttribute(state))
      if (status === 'failed') {
        change.reason = reason
        change.place = failedPlace(event.sessionId, messageId)
      } else if (change.place !== null) {
        change.place = status === 'queued' ? queuedPlace(event.sessionId, messageId) : null
      }
      return true
    },

    writes: () => [...changes.values()].map(writeOf),
  }
}

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
  chatPk: chatPartition(event.sessionId, message.chatId),
  chatSk: `${placeInTime(event, message)}#${event.id}`,
})

function writeOf(change: Change): Write {
  if (change.received)
    return { table: 'messages', put: change.received, condition: 'attribute_not_exists(pk)' }
  const update = updating()
  for (const [attribute, content] of Object.entries({ ...change.facts, ...namedTimes(change.times) }))
    if (content !== undefined) update.setOnce(attribute, content)
  if (change.reason !== undefined) update.set('reason', change.reason)
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
