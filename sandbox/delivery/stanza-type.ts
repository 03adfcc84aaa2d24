/** What the server is told of a message's kind, and of what it does to another one; all else is encrypted. */
import { normalizeMessageContent, proto } from '@whiskeysockets/baileys'

const { Type } = proto.Message.ProtocolMessage

export function stanzaType(message: proto.IMessage): string {
  const content = normalizeMessageContent(message) ?? {}
  if (content.reactionMessage) return 'reaction'
  if (content.pollCreationMessage ?? content.pollCreationMessageV3 ?? content.pollUpdateMessage) return 'poll'
  if (content.eventMessage ?? content.encEventResponseMessage) return 'event'
  const { conversation, extendedTextMessage, protocolMessage, pinInChatMessage } = content
  return (conversation ?? extendedTextMessage ?? protocolMessage ?? pinInChatMessage) ? 'text' : 'media'
}

/** `isAdmin`: of the group that it goes to. Others may say that they delete somebody else's words; nobody believes them. */
export function editOf(message: proto.IMessage, isAdmin = false): string | undefined {
  const { protocolMessage, pinInChatMessage } = normalizeMessageContent(message) ?? {}
  if (pinInChatMessage) return '2'
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return '1'
  if (protocolMessage?.type !== Type.REVOKE) return undefined
  return protocolMessage.key?.fromMe || !isAdmin ? '7' : '8'
}
