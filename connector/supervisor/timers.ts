/**
 * In which chats messages disappear is also said by the messages themselves: that is how it is learnt of a chat whose timer
 * was set before the session was linked. Once a timer was heard of, only what sets it counts, because messages come late.
 */
import type { Event } from '#core/contract/event.ts'
import { isGroup, isPerson } from '#core/jid.ts'
import type { Timers } from '#core/timers.ts'

type Came = Extract<Event, { type: 'message.received' }>

/** What is to be told of chats beside these events. */
export async function timersLearnt(timers: Timers, events: Event[]): Promise<Event[]> {
  const timed = events.filter(isTimed)
  if (timed.length === 0) return []
  await timers.known()
  const learnt = new Set<string>()
  return timed.flatMap(({ id, sessionId, accountId, timestamp, payload: { message } }): Event[] => {
    const { chatId, disappearingSeconds } = message
    if (learnt.has(chatId) || timers.has(chatId)) return []
    learnt.add(chatId)
    const payload = { chatId, changes: { disappearingSeconds } }
    return [{ id: `${id}.timer`, sessionId, accountId, timestamp, type: 'chat.updated', payload }]
  })
}

const isTimed = (event: Event): event is Came =>
  event.type === 'message.received' &&
  Boolean(event.payload.message.disappearingSeconds) &&
  (isPerson(event.payload.message.chatId) || isGroup(event.payload.message.chatId))
