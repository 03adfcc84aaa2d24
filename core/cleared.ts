/**
 * What was taken out of a chat, on the phone or by the API: everything up to a moment. It does not stand in its chat any
 * more; each message stays under its id until it expires.
 */
import * as z from 'zod'
import { chatKey } from './chat.ts'
import { type Message, ofChat } from './message.ts'
import type { Page, Store } from './platform/dynamo.ts'

/** The attribute of a chat that holds the moment. */
export const CLEARED_TO = 'clearedTo'
export const Cleared = z.object({ [CLEARED_TO]: z.iso.datetime().optional() })

/** Places in a chat begin with a time; this one stands behind all that have the same. */
export const endOf = (time: string): string => `${time}#\uffff`

/** The place behind which a chat begins; undefined when nothing was taken out of it. */
export async function beginningOf(
  store: Store,
  sessionId: string,
  chatId: string,
): Promise<string | undefined> {
  const chat = await store.get('main', Cleared, chatKey(sessionId, chatId))
  return chat?.[CLEARED_TO] && endOf(chat[CLEARED_TO])
}

/** What stands in a chat by now, newest first. */
export async function standingIn(
  store: Store,
  sessionId: string,
  chatId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Message>> {
  const after = await beginningOf(store, sessionId, chatId)
  return ofChat(store, sessionId, chatId, { ...page, ...(after ? { after } : {}) })
}
