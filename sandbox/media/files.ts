/** The files of simulated phones: encrypted and left at the media server, fetched from there and decrypted. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  downloadContentFromMessage,
  encryptedStream,
  type MediaType,
  normalizeMessageContent,
  type proto,
} from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import type { World } from '../world.ts'
import { nameOf } from './cdn.ts'

/** What every message with a file says about it. */
export type Uploaded = {
  url: string
  mediaKey: Uint8Array
  fileEncSha256: Uint8Array
  fileSha256: Uint8Array
  fileLength: number
  mediaKeyTimestamp: number
}

export async function upload(world: World, kind: MediaType, content: Buffer): Promise<Uploaded> {
  const { mediaKey, encFilePath, fileEncSha256, fileSha256, fileLength } = await encryptedStream(
    content,
    kind,
  )
  try {
    await world.cdn.put(nameOf(fileEncSha256), createReadStream(encFilePath))
  } finally {
    await rm(encFilePath, { force: true })
  }
  const url = urlOf(world, kind, nameOf(fileEncSha256))
  const mediaKeyTimestamp = Math.floor(Date.now() / 1000)
  return { url, mediaKey, fileEncSha256, fileSha256, fileLength, mediaKeyTimestamp }
}

/** Leaves a file for a channel, as it is. */
export async function uploadOpenly(world: World, kind: MediaType, content: Buffer) {
  const fileSha256 = createHash('sha256').update(content).digest()
  await world.cdn.put(nameOf(fileSha256), Readable.from([content]))
  const url = urlOf(world, `newsletter-${kind}`, nameOf(fileSha256))
  return { url, fileSha256, fileLength: content.length }
}

/** Plain http and no `directPath`: clients then need no certificate and no other host. */
export const urlOf = (world: World, kind: string, name: string): string =>
  `${world.origin()}/mms/${kind}/${name}`

type File = {
  url?: string | null
  mediaKey?: Uint8Array | null
  directPath?: string | null
  fileEncSha256?: Uint8Array | null
  fileSha256?: Uint8Array | null
  mimetype?: string | null
}

export async function dropFile({ cdn }: World, message: proto.IMessage, alsoAtPhone: boolean): Promise<void> {
  await cdn.drop(nameOf(fileIn(message).file.fileEncSha256 ?? new Uint8Array()), alsoAtPhone)
}

/** The phone leaves the file of a message at the media server again; says where, or undefined when it has lost it. */
export async function restoreFile({ cdn }: World, message: proto.IMessage) {
  const { kind, file } = fileIn(message)
  const name = nameOf(file.fileEncSha256 ?? new Uint8Array())
  const found = await cdn.restore(name)
  return {
    mediaKey: file.mediaKey ?? new Uint8Array(),
    directPath: found ? `/mms/${kind}/${name}` : undefined,
  }
}

/** The content of a file that somebody has sent to a phone. Throws MESSAGE_NOT_FOUND when there is none in it. */
export async function contentOf(
  { cdn }: World,
  message: proto.IMessage,
): Promise<{ mimetype: string; content: Buffer }> {
  const { kind, file } = fileIn(message)
  const { mediaKey, url = null, directPath = null } = file
  if (!mediaKey?.length) {
    const stored = await cdn.get(nameOf(file.fileSha256 ?? new Uint8Array()))
    if (!stored) throw new SandboxError('MESSAGE_NOT_FOUND', 'The media server does not have that file.')
    return { mimetype: file.mimetype ?? '', content: await buffer(stored.content) }
  }
  const stream = await downloadContentFromMessage({ mediaKey, url, directPath }, kind)
  return { mimetype: file.mimetype ?? '', content: await buffer(stream) }
}

function fileIn(message: proto.IMessage): { kind: MediaType; file: File } {
  const content = normalizeMessageContent(message) ?? {}
  const parts: [MediaType, File | null | undefined][] = [
    ['image', content.imageMessage],
    ['video', content.videoMessage ?? content.ptvMessage],
    ['audio', content.audioMessage],
    ['document', content.documentMessage],
    ['sticker', content.stickerMessage],
  ]
  const [kind, file] = parts.find(([, part]) => part) ?? []
  if (!kind || !file) throw new SandboxError('MESSAGE_NOT_FOUND', 'That message brings no file.')
  return { kind, file }
}
