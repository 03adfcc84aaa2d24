/**
 * What came in tells of people as well: who they are, as far as that is news, becomes events beside the others. A star in
 * a group does not say who wrote what it is on, nor does what was deleted for ourselves, nor a change in a channel; that is
 * looked up.
 */
import type { Event } from '#core/contract/event.ts'
import { isChannel, isShared } from '#core/jid.ts'
import { targetOf } from '#core/target.ts'
import { type Context, heardIn } from '../convert/index.ts'
import type { Row } from '../socket/index.ts'
import type { SessionParts } from './parts.ts'

/** @returns all of it, in the order of ids */
export async function withNews(
  { contacts, seek }: Pick<SessionParts, 'contacts' | 'seek'>,
  rows: Row[],
  events: Event[],
  context: Context,
): Promise<Event[]> {
  const complete = await Promise.all(events.map((event) => withAuthor(event, seek)))
  const news =
    context.isKept === false ? [] : await contacts.news(heardIn(rows, complete, context), context.now)
  return news.length === 0 ? complete : [...complete, ...news].sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function withAuthor(event: Event, seek: SessionParts['seek']): Promise<Event> {
  if (!('target' in event.payload) || !isUnsaid(event)) return event
  const { target } = event.payload
  const message = await seek(target.messageId)
  return message ? ({ ...event, payload: { ...event.payload, target: targetOf(message) } } as Event) : event
}

/** Whether the author of what it is about is not said. */
function isUnsaid({ type, payload }: Event): boolean {
  if (type === 'message.edited' || type === 'message.deleted') return isChannel(payload.chatId)
  if (type !== 'message.starred' && type !== 'message.removed') return false
  return !payload.target.fromMe && isShared(payload.chatId)
}
