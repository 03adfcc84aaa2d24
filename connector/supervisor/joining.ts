/**
 * Somebody who was known by a LID alone has a phone number now: what was said under the LID moves to the chat of the
 * number. What does not get done is done when the session connects the next time.
 */
import type { Event } from '#core/contract/event.ts'
import type { SessionParts } from './parts.ts'

export const tellsOfOne = (event: Event): boolean =>
  event.type === 'contact.updated' && event.payload.formerId !== undefined

export const joinChats = ({ contacts, log }: Pick<SessionParts, 'contacts' | 'log'>): void =>
  void contacts
    .moveChats()
    .catch((error: unknown) => log.warn({ err: error }, 'a chat has not moved to its phone number yet'))
