/**
 * What the groups are called that a session was in before it was linked: asked of WhatsApp when somebody writes in one
 * whose name nobody knows yet, once, and told as any other change of it. One at a time, and in nobody's way.
 */
import type { Event } from '#core/contract/event.ts'
import { isGroup } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import { type Connection, Refused } from '../socket/index.ts'
import type { SessionParts } from './parts.ts'

type Parts = Pick<SessionParts, 'about' | 'groupName' | 'note' | 'now' | 'log'> & {
  opened(): Connection | undefined
}

/** @returns hears of events that are stored */
export function groupNames({ about, groupName, note, now, log, opened }: Parts): (events: Event[]) => void {
  const asked = new Set<string>()
  let work = Promise.resolve()

  const learn = async (groupId: string): Promise<void> => {
    if (await groupName(groupId)) return
    const connection = opened()
    if (!connection) return void asked.delete(groupId)
    const { subject, disappearingSeconds } = await connection.ask('group.info', { groupId })
    const timer = disappearingSeconds ? { disappearingSeconds } : {}
    const payload = { groupId, changes: { subject, ...timer } }
    if (subject) await note([{ ...about, timestamp: iso(now()), type: 'group.updated', payload }])
  }

  return (events) => {
    for (const groupId of events.flatMap(groupIn)) {
      if (asked.has(groupId)) continue
      asked.add(groupId)
      work = work
        .then(() => learn(groupId))
        .catch((err: unknown) => {
          if (!(err instanceof Refused)) asked.delete(groupId)
          log.debug({ err, groupId }, 'the name of a group is not known')
        })
    }
  }
}

const groupIn = (event: Event): string[] =>
  (event.type === 'message.received' || event.type === 'message.sent') &&
  isGroup(event.payload.message.chatId)
    ? [event.payload.message.chatId]
    : []
