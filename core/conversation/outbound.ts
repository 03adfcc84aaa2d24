/** How a reply leaves by the line that its conversation came in by. Implementations: reply-session.ts, reply-twilio.ts. */
import type { Fault } from '../platform/fault.ts'
import type { Conversation } from './conversation.ts'
import type { NewMessage } from './message.ts'

export type Reply = {
  text: string
  /** The same key is the same reply, however often it is asked for. */
  key: string
  author: 'agent' | 'automatic'
}

export type Outbound = {
  /** Why nothing can be sent on this line, if so. */
  obstacle(conversation: Conversation): Fault | undefined
  /**
   * Sends it, and makes it part of the conversation.
   * @throws Fault CONVERSATION_CLOSED, IDEMPOTENCY_KEY_REUSED, and whatever keeps the line from sending
   */
  reply(conversation: Conversation, reply: Reply): Promise<{ message: NewMessage; repeated: boolean }>
}
