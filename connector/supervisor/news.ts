/**
 * What came in tells of people as well: who they are, as far as that is news, becomes events beside the others. A star in
 * a group does not say who wrote what it is on; that is looked up.
 */

import type { Event } from '#core/contract/event.ts'
import { isShared } from '#core/jid.ts'
import { type Context, heardIn } from '../convert/index.ts'
import type { Row } from '../socket/index.ts'
import type { SessionParts } from './parts.ts'

/** @returns all of it, in the order of ids */
export async function withNews(
  { contacts, targetOf }: Pick<SessionParts, 'contacts' | 'targetOf'>,
  rows: Row[],
  events: Event[],
  context: Context,
): Promise<Event[]> {
  const complete = await Promise.all(events.map((event) => withAuthor(event, targetOf)))
  const news =
    context.isKept === false ? [] : await contacts.news(heardIn(rows, complete, context), context.now)
  return news.length === 0 ? complete : [...complete, ...news].sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function withAuthor(event: Event, targetOf: SessionParts['targetOf']): Promise<Event> {
  if (event.type !== 'message.starred') return event
  const { chatId, target, starred } = event.payload
  if (target.fromMe || !isShared(chatId)) return event
  const known = await targetOf(target.messageId)
  return known ? { ...event, payload: { chatId, target: known, starred } } : event
}
