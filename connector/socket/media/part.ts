/** The part of a message that names a file. */
import { type MediaType, normalizeMessageContent, type proto } from '@whiskeysockets/baileys'

export type FilePart = {
  mediaKey: Uint8Array
  fileSha256?: Uint8Array | null
  url?: string | null
  directPath?: string | null
}

/** It has no file, or none whose key it told. */
export class NoFile extends Error {
  override readonly name = 'NoFile'
}

/** @throws NoFile */
export function filePartOf(message: proto.IMessage): { kind: MediaType; part: FilePart } {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } =
    normalizeMessageContent(message) ?? {}
  const parts: [MediaType, Partial<FilePart> | null | undefined][] = [
    ['image', imageMessage as Partial<FilePart> | null | undefined],
    ['video', (videoMessage ?? ptvMessage) as Partial<FilePart> | null | undefined],
    ['audio', audioMessage as Partial<FilePart> | null | undefined],
    ['document', documentMessage as Partial<FilePart> | null | undefined],
    ['sticker', stickerMessage as Partial<FilePart> | null | undefined],
  ]
  const [kind, part] = parts.find(([, one]) => one) ?? []
  if (!kind || !part?.mediaKey?.length) throw new NoFile('The message names no file.')
  return { kind, part: { ...part, mediaKey: part.mediaKey } }
}
