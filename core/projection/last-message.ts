/**
 * What the list of chats shows of the last message, and what becomes of that when the message is edited or deleted: it
 * must not say any longer what the message itself no longer says.
 */
import { LastMessage } from '../chat.ts'
import type { MessageFacts } from '../contract/message.ts'
import type { Item } from '../platform/dynamo.ts'
import type { DeedEvent } from './deeds.ts'

/** Characters of it that the list shows. */
const PREVIEW = 500
const shortened = (text: string | undefined) => text?.slice(0, PREVIEW).toWellFormed()

export const lastMessageOf = ({ id, fromMe, type, text, timestamp }: MessageFacts): LastMessage => ({
  id,
  fromMe,
  type,
  text: shortened(text),
  timestamp,
})

/** Undefined: there is nothing to be shown any more. */
type Rewriting = (last: LastMessage) => LastMessage | undefined
/** By the ids of messages that are changed. */
export type Rewritings = Map<string, Rewriting>

const REWRITTEN = ['message.edited', 'message.deleted', 'message.removed'] as const
type RewritingEvent = Extract<DeedEvent, { type: (typeof REWRITTEN)[number] }>
export const isRewriting = (event: DeedEvent): event is RewritingEvent =>
  REWRITTEN.includes(event.type as RewritingEvent['type'])

export function rewritten(last: LastMessage, event: RewritingEvent): LastMessage | undefined {
  switch (event.type) {
    case 'message.edited':
      return { ...last, text: shortened(event.payload.text) }
    case 'message.deleted':
      return { ...last, text: undefined, isDeleted: true }
    case 'message.removed':
      return undefined
  }
}

/** After everything that was noted for this message before. */
export function note(rewritings: Rewritings, event: RewritingEvent): void {
  const { messageId } = event.payload.target
  const before = rewritings.get(messageId) ?? ((last) => last)
  rewritings.set(messageId, (last) => {
    const now = before(last)
    return now && rewritten(now, event)
  })
}

/** What a stored chat shows by then; undefined when it shows another message, or none. */
export function rewrittenIn(
  chat: Item,
  rewritings: Rewritings,
): { shows: LastMessage | undefined } | undefined {
  const last = LastMessage.safeParse(chat.lastMessage)
  const rewrite = last.data && rewritings.get(last.data.id)
  return rewrite && { shows: rewrite(last.data) }
}
