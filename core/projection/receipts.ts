/**
 * Who of a group has received, read or played a message of ours, and when: an item for each person, because in a large
 * group all of them in the message's own item would make every receipt as dear as the whole.
 */
import type { Event } from '../contract/event.ts'
import { isGroup } from '../jid.ts'
import { timeAttribute } from '../message.ts'
import { ttl } from '../platform/clock.ts'
import type { Key, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { receiptKey } from '../receipts.ts'
import type { Retention } from '../retention.ts'
import { nameOf } from './known.ts'

type StatusEvent = Extract<Event, { type: 'message.status' }>
type Change = { key: Key; participant: string; times: Map<string, string> }

/** Undefined where nobody of a group is named. */
export function receiptOf({
  sessionId,
  payload,
}: StatusEvent): { key: Key; participant: string } | undefined {
  const { messageId, participant, chatId } = payload
  if (!participant || !chatId || !isGroup(chatId)) return
  return { key: receiptKey(sessionId, messageId, participant), participant }
}

export function receiptChanges(retention: Retention, now: number) {
  const changes = new Map<string, Change>()
  const expiresAt = ttl(now, retention.messageSeconds)
  return {
    reached(event: StatusEvent): void {
      const receipt = receiptOf(event)
      if (!receipt) return
      const name = nameOf('main', receipt.key)
      const change = changes.get(name) ?? { ...receipt, times: new Map() }
      const attribute = timeAttribute(event.payload.status)
      if (!change.times.has(attribute)) change.times.set(attribute, event.timestamp)
      changes.set(name, change)
    },
    writes: (): Write[] =>
      [...changes.values()].map(({ key, participant, times }) => {
        const update = updating().set('participant', participant).set('expiresAt', expiresAt)
        for (const [attribute, at] of times) update.setOnce(attribute, at)
        return { table: 'main', update: key, set: update.build() }
      }),
  }
}
