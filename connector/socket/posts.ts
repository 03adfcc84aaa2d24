/**
 * What goes to a channel. A post is not encrypted and has no recipients: it is sent as one piece, and everybody who
 * follows the channel gets it from the server. Baileys' own way does not say what kind of file goes along. A change has no
 * id of its own there: its stanza has the id of the post, and the new content as it is, or none (whatsmeow, `sendNewsletter`).
 */
import { type BinaryNode, normalizeMessageContent, proto } from '@whiskeysockets/baileys'
import type { Outgoing } from './types.ts'

const { Type } = proto.Message.ProtocolMessage
/** Of admins, what `edit` says there. */
const EDIT = '3'
const DELETION = '8'

/** The server answers to the `id` in it. */
export function postOf(outgoing: Outgoing): BinaryNode {
  const message = proto.Message.decode(outgoing.message)
  const { protocolMessage } = message
  if (!protocolMessage) return stanza(outgoing, message, outgoing.message)
  const { key, type, editedMessage } = protocolMessage
  const change = { ...outgoing, id: key?.id ?? '' }
  if (type === Type.REVOKE) return stanza(change, {}, undefined, DELETION)
  const content = editedMessage ?? {}
  return stanza(change, content, proto.Message.encode(content).finish(), EDIT)
}

function stanza(
  { id, to, attributes }: Outgoing,
  message: proto.IMessage,
  content: Uint8Array | undefined,
  edit?: string,
): BinaryNode {
  const mediatype = mediaTypeOf(message)
  const plaintext = { tag: 'plaintext', attrs: mediatype ? { mediatype } : ({} as Record<string, string>) }
  return {
    tag: 'message',
    attrs: { to, id, type: mediatype ? 'media' : 'text', ...(edit ? { edit } : {}), ...attributes },
    content: [content ? { ...plaintext, content } : plaintext],
  }
}

/** As WhatsApp calls it; undefined for a text. */
function mediaTypeOf(message: proto.IMessage): string | undefined {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } =
    normalizeMessageContent(message) ?? {}
  if (imageMessage) return 'image'
  if (videoMessage) return videoMessage.gifPlayback ? 'gif' : 'video'
  if (ptvMessage) return 'ptv'
  if (audioMessage) return audioMessage.ptt ? 'ptt' : 'audio'
  if (documentMessage) return 'document'
  return stickerMessage ? 'sticker' : undefined
}
