/**
 * WhatsApp's media server: keeps encrypted files under the hash of what they are, and gives them to whoever knows it. A
 * file whose content is not what its name says is refused, as it would be of no use to any client.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '../error.ts'

/** Of the ciphertext: a client's limit of 100 MB for documents, and some. */
const LARGEST_FILE_BYTES = 110 * 1024 * 1024
const NAME = /^[\w-]{20,100}$/

export type Cdn = ReturnType<typeof openCdn>

export function openCdn(dataDir?: string) {
  const folder = dataDir ? join(dataDir, 'media') : mkdtempSync(join(tmpdir(), 'sandbox-media-'))
  mkdirSync(folder, { recursive: true })
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new SandboxError('REQUEST_INVALID', 'That is not the name of a media file.')
    return join(folder, name)
  }

  const atPhone = (name: string): string => `${pathOf(name)}.phone`

  return {
    /** @param name the SHA-256 of the content, base64url. Throws MEDIA_REFUSED, BODY_TOO_LARGE. */
    async put(name: string, content: Readable): Promise<void> {
      const path = pathOf(name)
      const arriving = join(folder, `.${randomUUID()}`)
      const hash = createHash('sha256')
      let size = 0
      try {
        await pipeline(
          content,
          async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              size += chunk.length
              if (size > LARGEST_FILE_BYTES)
                throw new SandboxError('BODY_TOO_LARGE', 'The file is too large.')
              hash.update(chunk)
              yield chunk
            }
          },
          createWriteStream(arriving),
        )
        if (hash.digest('base64url') !== name)
          throw new SandboxError('MEDIA_REFUSED', 'The file is not what its name says.')
        await rename(arriving, path)
      } finally {
        await rm(arriving, { force: true })
      }
    },

    /** Undefined when there is no such file. */
    async get(name: string): Promise<{ size: number; content: Readable } | undefined> {
      const path = pathOf(name)
      if (!existsSync(path)) return undefined
      const { size } = await stat(path)
      return { size, content: createReadStream(path) }
    },

    /** As the real server does after some weeks. The phone still has it, unless that has lost it as well. */
    async drop(name: string, alsoAtPhone: boolean): Promise<void> {
      if (alsoAtPhone) await rm(pathOf(name), { force: true })
      else await rename(pathOf(name), atPhone(name))
    },

    /** The phone leaves it here once more. False when it has lost it. */
    async restore(name: string): Promise<boolean> {
      if (existsSync(pathOf(name))) return true
      if (!existsSync(atPhone(name))) return false
      await rename(atPhone(name), pathOf(name))
      return true
    },

    clear() {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    },

    /** What is only in memory otherwise goes with the process. */
    close() {
      if (!dataDir) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** base64url, as in the addresses of the media server. */
export const nameOf = (sha256: Uint8Array): string => Buffer.from(sha256).toString('base64url')
