/**
 * What goes to a channel. A post is not encrypted and has no recipients: it is sent as one piece, and everybody who
 * follows the channel gets it from the server. Baileys' own way does not say what kind of file goes along.
 */
import { normalizeMessageContent, proto, type WASocket } from '@whiskeysockets/baileys'
import type { Outgoing } from './types.ts'

/** Resolves when it is written; the server's answer comes as for every other message. */
export async function post(socket: WASocket, { id, to, message, attributes }: Outgoing): Promise<void> {
  const mediatype = mediaTypeOf(proto.Message.decode(message))
  await socket.sendNode({
    tag: 'message',
    attrs: { to, id, type: mediatype ? 'media' : 'text', ...attributes },
    content: [{ tag: 'plaintext', attrs: mediatype ? { mediatype } : {}, content: message }],
  })
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
