/**
 * What goes beside a message in its stanza. Phones look at it before they decrypt: without `edit` an edit or a deletion
 * is shown as nothing, without `meta` a poll cannot be voted in. As in Baileys' `sendMessage`, which we do not use.
 */
import { type BinaryNode, normalizeMessageContent, proto } from '@whiskeysockets/baileys'
import { isGroup } from '#core/jid.ts'

const { Type } = proto.Message.ProtocolMessage
const EDIT = { message: '1', pin: '2', deletedBySender: '7', deletedByAdmin: '8' }

export type Extras = { attributes: Record<string, string>; nodes: BinaryNode[] }

export function extrasOf(message: proto.IMessage): Extras {
  const content = normalizeMessageContent(message) ?? {}
  const { protocolMessage, pinInChatMessage, eventMessage } = content
  const attributes: Record<string, string> = {}
  if (protocolMessage?.type === Type.REVOKE) {
    const { remoteJid, fromMe } = protocolMessage.key ?? {}
    attributes.edit = isGroup(remoteJid ?? '') && !fromMe ? EDIT.deletedByAdmin : EDIT.deletedBySender
  }
  if (protocolMessage?.type === Type.MESSAGE_EDIT) attributes.edit = EDIT.message
  if (pinInChatMessage) attributes.edit = EDIT.pin
  const isPoll = content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3
  const nodes: BinaryNode[] = []
  if (isPoll) nodes.push({ tag: 'meta', attrs: { polltype: 'creation' } })
  if (content.pollUpdateMessage) nodes.push({ tag: 'meta', attrs: { polltype: 'vote' } })
  if (eventMessage) nodes.push({ tag: 'meta', attrs: { event_type: 'creation' } })
  return { attributes, nodes }
}
