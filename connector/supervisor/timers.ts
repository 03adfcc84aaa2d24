/**
 * In which chats messages disappear is also said by the history that the phone hands over, and by the messages themselves:
 * that is how it is learnt of a chat whose timer was set before the session was linked. Once a timer was heard of, only what
 * sets it counts, because histories and messages come late.
 */
import type { Event } from '#core/contract/event.ts'
import { isGroup, isPerson } from '#core/jid.ts'
import { chunks } from '#core/platform/chunks.ts'
import { iso } from '#core/platform/clock.ts'
import type { Timers } from '#core/timers.ts'
import type { SessionParts } from './parts.ts'

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

/** Chats that are told of at a time. */
const TOLD_AT_ONCE = 20

/** Resolves when it is stored. @param found in the history */
export async function timersHandedOver(
  { timers, note, about, now }: Pick<SessionParts, 'timers' | 'note' | 'about' | 'now'>,
  found: { chatId: string; seconds: number }[],
): Promise<void> {
  if (found.length === 0) return
  await timers.known()
  const news = found.filter(({ chatId }) => !timers.has(chatId))
  for (const some of chunks(news, TOLD_AT_ONCE))
    await note(
      some.map(({ chatId, seconds: disappearingSeconds }) => ({
        ...about,
        timestamp: iso(now()),
        type: 'chat.updated',
        payload: { chatId, changes: { disappearingSeconds } },
      })),
    )
}

const isTimed = (event: Event): event is Came =>
  event.type === 'message.received' &&
  Boolean(event.payload.message.disappearingSeconds) &&
  (isPerson(event.payload.message.chatId) || isGroup(event.payload.message.chatId))
