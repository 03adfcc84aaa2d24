/** How WhatsApp names a message of ours. */
import type { MessageKey } from '#core/contract/request.ts'
import { isGroup, userJid } from '#core/jid.ts'
import type { Message } from '#core/message.ts'

export function keyOf({ id, chatId, fromMe, sender, timestamp }: Message): MessageKey {
  const author = sender.lid ?? (sender.phoneNumber ? userJid(sender.phoneNumber.slice(1)) : undefined)
  return {
    id,
    chatId,
    fromMe,
    ...(isGroup(chatId) && !fromMe && author ? { participant: author } : {}),
    timestamp: Math.floor(Date.parse(timestamp) / 1_000),
  }
}
