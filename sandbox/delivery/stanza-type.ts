/** What the server is told of a message's kind; all else is encrypted. */
import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys'

export function stanzaType(message: proto.IMessage): string {
  const content = normalizeMessageContent(message) ?? {}
  if (content.reactionMessage) return 'reaction'
  if (content.pollCreationMessage ?? content.pollCreationMessageV3 ?? content.pollUpdateMessage) return 'poll'
  if (content.eventMessage ?? content.encEventResponseMessage) return 'event'
  const { conversation, extendedTextMessage, protocolMessage, pinInChatMessage } = content
  return (conversation ?? extendedTextMessage ?? protocolMessage ?? pinInChatMessage) ? 'text' : 'media'
}
