/**
 * Files on their way out: from the object store over a file of this machine to WhatsApp's media server. What was left
 * there a moment ago is used again, so that a picture for a thousand people is uploaded once.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { LRUCache } from 'lru-cache'
import PQueue from 'p-queue'
import type { Content } from '#core/contract/content.ts'
import { isChannel } from '#core/jid.ts'
import { objectKey } from '#core/media/file.ts'
import { MEDIA_KINDS } from '#core/media/kinds.ts'
import type { Objects } from '#core/platform/objects/index.ts'
import { Unsendable } from '../convert/index.ts'
import type { Connection, Uploaded } from '../socket/index.ts'
import { within } from '../within.ts'

/** @param to the chat that it goes to */
export type Uploads = (content: Content, to: string, connection: Connection) => Promise<Uploaded>

/** In all, and of one session: files of one that do not get through leave room for those of others. */
const PARALLEL = 8
const PARALLEL_OF_ONE = 3
const REMEMBERED = { max: 500, ttl: 30 * 60_000 }
const UPLOAD_MS = 300_000

/** @throws Unsendable when there is no such file, or what the upload throws: then it can be tried again */
export function openUploads(objects: Objects | undefined): Uploads {
  const known = new LRUCache<string, Uploaded>(REMEMBERED)
  const queue = new PQueue({ concurrency: PARALLEL })
  const ofOne = new WeakMap<Connection, PQueue>()
  const queueOf = (connection: Connection): PQueue => {
    const own = ofOne.get(connection) ?? new PQueue({ concurrency: PARALLEL_OF_ONE })
    ofOne.set(connection, own)
    return own
  }
  return async (content, to, connection) => {
    const openly = isChannel(to)
    const name = nameOf(content, openly)
    const before = known.get(name)
    if (before) return before
    const made = await queueOf(connection).add(() =>
      queue.add(() => within(UPLOAD_MS, upload(objects, content, openly, connection), 'an upload')),
    )
    known.set(name, made)
    return made
  }
}

const nameOf = ({ type, media, viewOnce }: Content, openly: boolean): string =>
  JSON.stringify([media?.id, type, media?.voice, media?.note, media?.animated, viewOnce, openly])

async function upload(
  objects: Objects | undefined,
  { type, media, viewOnce }: Content,
  openly: boolean,
  connection: Connection,
): Promise<Uploaded> {
  const kind = MEDIA_KINDS.find((one) => one === type)
  if (!kind || !media?.id || !objects) throw new Unsendable('media_missing')
  const folder = await mkdtemp(join(tmpdir(), 'linekeeper-'))
  try {
    const stored = await objects.get(objectKey(media.id))
    if (!stored) throw new Unsendable('media_missing')
    const path = join(folder, 'file')
    await pipeline(stored.content, createWriteStream(path, { mode: 0o600 }))
    const { mimetype, fileName, voice, note, animated } = media
    const how = { voice, note, animated, viewOnce, openly }
    return await connection.media.upload({ kind, path, mimetype, fileName, ...how })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
