/**
 * Chats whose messages disappear, and after how many seconds. The chat shows it; the item here is for the connector, which
 * has to know all of them of a session before it sends, and keeps them from then on by what is told of chats and groups.
 */
import * as z from 'zod'
import type { Event } from './contract/event.ts'
import { sessionPartition } from './partition.ts'
import type { Key, Store, Write } from './platform/dynamo.ts'
import { pagesOf } from './platform/pages.ts'

const PREFIX = 'TIMER#'
const Timer = z.object({ chatId: z.string(), seconds: z.int() })

export const timerKey = (sessionId: string, chatId: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `${PREFIX}${chatId}`,
})

/** What an event says of it; undefined when it says nothing. Zero switches it off. */
export function timerIn(event: Event): { chatId: string; seconds: number } | undefined {
  if (event.type !== 'chat.updated' && event.type !== 'group.updated') return
  const { payload } = event
  const seconds = payload.changes.disappearingSeconds
  if (seconds === undefined) return
  return { chatId: 'chatId' in payload ? payload.chatId : payload.groupId, seconds }
}

/** What was known of a chat under a LID is true of the chat of the number; what the latter knows itself counts more. */
export async function moveTimer(store: Store, sessionId: string, from: string, to: string): Promise<void> {
  const timer = await store.get('main', Timer, timerKey(sessionId, from))
  if (!timer) return
  const unlessKnown = { condition: 'attribute_not_exists(pk)' }
  await store.transact([{ ...timerWrite(sessionId, to, timer.seconds), ...unlessKnown }])
  await store.transact([{ table: 'main', remove: timerKey(sessionId, from) }])
}

/** One that was switched off stays as zero: what was said before that may still come, and must not switch it on again. */
export const timerWrite = (sessionId: string, chatId: string, seconds: number): Write => ({
  table: 'main',
  put: { ...timerKey(sessionId, chatId), chatId, seconds },
})

export type Timers = {
  /** Resolves when all of them are known. @throws what the store throws; then it can be asked again */
  known(): Promise<void>
  /** Seconds; undefined when messages of this chat stay. */
  of(chatId: string): number | undefined
  /** Whether anything was ever heard of it. */
  has(chatId: string): boolean
  /** These are stored. */
  heard(events: Event[]): void
}

/** Reads nothing before it is asked. */
export function openTimers(store: Store, sessionId: string): Timers {
  const timers = new Map<string, number>()
  let reading: Promise<void> | undefined
  const read = async () => {
    const pages = pagesOf(store, 'main', Timer, sessionPartition(sessionId), { prefix: PREFIX })
    for await (const page of pages)
      for (const { chatId, seconds } of page) if (!timers.has(chatId)) timers.set(chatId, seconds)
  }
  /** Somebody who was known by a LID has a number now. */
  const moved = ({ formerId, contact }: Extract<Event, { type: 'contact.updated' }>['payload']) => {
    const seconds = formerId === undefined ? undefined : timers.get(formerId)
    if (seconds !== undefined && !timers.has(contact.id)) timers.set(contact.id, seconds)
  }
  return {
    known() {
      reading ??= read().catch((error: unknown) => {
        reading = undefined
        throw error
      })
      return reading
    },
    of: (chatId) => timers.get(chatId) || undefined,
    has: (chatId) => timers.has(chatId),
    heard(events) {
      for (const event of events) {
        const told = timerIn(event)
        if (told) timers.set(told.chatId, told.seconds)
        if (event.type === 'contact.updated') moved(event.payload)
      }
    },
  }
}
