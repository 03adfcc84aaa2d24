/** How WhatsApp names a message of ours. */
import type { MessageFacts } from './contract/message.ts'
import type { MessageKey } from './contract/request.ts'
import { isShared, jidOfPerson } from './jid.ts'

export function keyOf({
  id,
  chatId,
  fromMe,
  sender,
  timestamp,
}: Pick<MessageFacts, 'id' | 'chatId' | 'fromMe' | 'sender' | 'timestamp'>): MessageKey {
  const author = jidOfPerson(sender)
  return {
    id,
    chatId,
    fromMe,
    ...(isShared(chatId) && !fromMe && author ? { participant: author } : {}),
    timestamp: Math.floor(Date.parse(timestamp) / 1_000),
  }
}
