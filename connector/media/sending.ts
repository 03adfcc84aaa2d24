/**
 * Files on their way out: from the object store over a file of this machine to WhatsApp's media server. What was left
 * there a moment ago is used again, so that a picture for a thousand people is uploaded once. What phones do not play is
 * converted on the way.
 */
import { LRUCache } from 'lru-cache'
import PQueue from 'p-queue'
import type { Content, Media } from '#core/contract/content.ts'
import { isChannel } from '#core/jid.ts'
import { objectKey } from '#core/media/file.ts'
import { MEDIA_KINDS, type MediaKind } from '#core/media/kinds.ts'
import type { Objects } from '#core/platform/objects/index.ts'
import { onThisMachine } from '#core/platform/scratch.ts'
import { Unsendable } from '../convert/index.ts'
import { type Convert, converting } from '../ffmpeg/conversion.ts'
import { NoProgram, NotMade } from '../ffmpeg/program.ts'
import type { Connection, Uploaded } from '../socket/index.ts'
import { within } from '../within.ts'
import { inTurn } from './in-turn.ts'

/** @param to the chat that it goes to */
export type Uploads = (content: Content, to: string, connection: Connection) => Promise<Uploaded>

/** In all, and over one connection. */
const PARALLEL = { all: 8, ofOne: 3 }
/** Of each kind: what is converted takes long, and may wait for others of its kind only. */
const PARALLEL_CONVERTED = 2
const REMEMBERED = { max: 500, ttl: 30 * 60_000 }
const UPLOAD_MS = 300_000

/** @throws Unsendable when there is no such file, or what the upload throws: then it can be tried again */
export function openUploads(objects: Objects | undefined, convert = converting()): Uploads {
  const known = new LRUCache<string, Uploaded>(REMEMBERED)
  const take = inTurn(PARALLEL)
  const left = (connection: Connection, upload: () => Promise<Uploaded>) =>
    take(connection, () => within(UPLOAD_MS, upload(), 'an upload'))

  const conversions = {
    audio: new PQueue({ concurrency: PARALLEL_CONVERTED }),
    video: new PQueue({ concurrency: PARALLEL_CONVERTED }),
  }
  const uploaded = (outgoing: Outgoing, connection: Connection): Promise<Uploaded> => {
    const { kind, media } = outgoing
    if (!media.convert || (kind !== 'audio' && kind !== 'video'))
      return left(connection, () => fetched(objects, outgoing, connection.media.upload))
    return conversions[kind].add(() =>
      fetched(objects, outgoing, async ({ path, mimetype, ...file }) => {
        const made = `${path}.made`
        const type = await converted(convert(kind, { path, mimetype }, made))
        return left(connection, () => connection.media.upload({ ...file, path: made, mimetype: type }))
      }),
    )
  }
  return async (content, to, connection) => {
    const openly = isChannel(to)
    const name = nameOf(content, openly)
    const before = known.get(name)
    if (before) return before
    const kind = MEDIA_KINDS.find((one) => one === content.type)
    if (!kind || !content.media) throw new Unsendable('media_missing')
    const { media, viewOnce } = content
    const made = await uploaded({ kind, media, viewOnce, openly }, connection)
    known.set(name, made)
    return made
  }
}

const nameOf = ({ type, media, viewOnce }: Content, openly: boolean): string =>
  JSON.stringify([
    media?.id,
    type,
    media?.voice,
    media?.note,
    media?.animated,
    media?.convert,
    viewOnce,
    openly,
  ])

type Outgoing = {
  kind: MediaKind
  media: Media
  viewOnce: boolean | undefined
  openly: boolean
}

/** What `use` makes of a copy of the file on this machine, which is gone then. */
async function fetched(
  objects: Objects | undefined,
  { kind, media, viewOnce, openly }: Outgoing,
  use: Connection['media']['upload'],
): Promise<Uploaded> {
  if (!media.id || !objects) throw new Unsendable('media_missing')
  const stored = await objects.get(objectKey(media.id))
  if (!stored) throw new Unsendable('media_missing')
  await using file = await onThisMachine(stored.content)
  const { mimetype, fileName, voice, note, animated } = media
  return await use({ kind, path: file.path, mimetype, fileName, voice, note, animated, viewOnce, openly })
}

/** @throws Unsendable: trying it again would not make it another file */
async function converted(conversion: ReturnType<Convert>): Promise<string> {
  try {
    return await conversion
  } catch (error) {
    if (error instanceof NoProgram) throw new Unsendable('converter_missing')
    if (error instanceof NotMade)
      throw new Unsendable(error.isLate ? 'conversion_too_long' : 'media_not_convertible')
    throw error
  }
}
