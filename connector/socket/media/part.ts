/** The part of a message that names a file. */
import { type MediaType, normalizeMessageContent, type proto } from '@whiskeysockets/baileys'

export type FilePart = {
  /** Absent in channels, whose files are not encrypted. */
  mediaKey?: Uint8Array | null
  fileSha256?: Uint8Array | null
  url?: string | null
  directPath?: string | null
}

/** It has no file. */
export class NoFile extends Error {
  override readonly name = 'NoFile'
}

/** @throws NoFile */
export function filePartOf(message: proto.IMessage): { kind: MediaType; part: FilePart } {
  const content = normalizeMessageContent(message) ?? {}
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = content
  const parts: [MediaType, FilePart | null | undefined][] = [
    ['image', imageMessage],
    ['video', videoMessage ?? ptvMessage],
    ['audio', audioMessage],
    ['document', documentMessage],
    ['sticker', stickerMessage],
    ['md-msg-hist', content.protocolMessage?.historySyncNotification],
  ]
  const [kind, part] = parts.find(([, one]) => one) ?? []
  if (!kind || !part) throw new NoFile('The message names no file.')
  // Only what it says: what is not there has a default in protocol buffers.
  return { kind, part: { ...part } }
}
