/** An example of the payload of every type of event. One that is missing, or of a type that is none, does not compile. */
import type { Event, EventType } from '#core/contract/event.ts'
import { CAMPAIGNS, CONNECTORS } from './campaigns.ts'
import { CHATS } from './chats.ts'
import { CONTACTS } from './contacts.ts'
import { CONVERSATIONS } from './conversations.ts'
import { MESSAGES } from './messages.ts'
import { SESSIONS } from './sessions.ts'

type Payload<T extends EventType> = Extract<Event, { type: T }>['payload']
/** Those whose types begin with one of these words. */
export type Examples<Word extends string> = {
  [T in Extract<EventType, `${Word}.${string}`>]: Payload<T> & Record<string, unknown>
}

export const EXAMPLES: Examples<string> = {
  ...SESSIONS,
  ...MESSAGES,
  ...CHATS,
  ...CONTACTS,
  ...CONVERSATIONS,
  ...CAMPAIGNS,
  ...CONNECTORS,
}
