/** Where a caller's file comes from: an address, base64 in the request, or an upload of before. */
import * as z from 'zod'
import { complete, findAnnounced } from '#core/media/announced.ts'
import { findMedia, type MediaFile } from '#core/media/file.ts'
import { ingest, type Owner, theShelf } from '#core/media/ingest.ts'
import { acceptedType, assertSize, LIMITS, type MediaKind } from '#core/media/kinds.ts'
import { download, NotDownloaded } from '#core/platform/download.ts'
import { Fault } from '#core/platform/fault.ts'
import type { Deps } from '../deps.ts'
import { Line } from '../messages/text.ts'

export const Mimetype = z
  .string()
  .max(150)
  .regex(/^[\w.+-]+\/[\w.+-]+(;\s*[\w-]+=[\w.+"-]+)*$/, 'must be a media type such as image/png')

/** Exactly one of `url`, `base64` and `id`. */
export const source = {
  url: z.string().max(4_000).optional().meta({ description: 'An http or https address' }),
  base64: z
    .string()
    .optional()
    .meta({ description: 'The content, also as a data URL; large files are better uploaded' }),
  id: z.string().max(100).optional().meta({ description: 'Of an upload' }),
  mimetype: Mimetype.optional().meta({
    description: 'Of a document; all others say themselves what they are',
  }),
  fileName: Line.max(200).optional(),
}
export const hasOneSource = ({ url, base64, id }: Pick<Source, 'url' | 'base64' | 'id'>): boolean =>
  [url, base64, id].filter((one) => one !== undefined).length === 1
export const ONE_SOURCE = 'must have exactly one of url, base64 and id'

export type Source = {
  url?: string | undefined
  base64?: string | undefined
  id?: string | undefined
  mimetype?: string | undefined
  fileName?: string | undefined
}

/**
 * @param isConverted it may also be what is made into something that phones play
 * @throws Fault MEDIA_*
 */
export async function fileOf(
  deps: Deps,
  owner: Owner,
  kind: MediaKind,
  given: Source,
  isConverted = false,
): Promise<MediaFile> {
  if (given.id !== undefined) return uploaded(deps, owner, kind, given.id, isConverted)
  const shelf = theShelf({ ...deps, objects: deps.media.objects })
  const { mimetype, fileName } = given
  if (given.base64 !== undefined) {
    const content = [decoded(given.base64)]
    return ingest(shelf, owner, {
      kind,
      content: stream(content),
      mimetype: mimetype ?? claimedIn(given.base64),
      fileName,
      isConverted,
    })
  }
  try {
    const found = await download(given.url ?? '', { reach: deps.media.reach, limitBytes: LIMITS[kind] })
    const about = { mimetype: mimetype ?? found.mimetype, fileName: fileName ?? found.fileName }
    return await ingest(shelf, owner, { kind, content: found.content, isConverted, ...about })
  } catch (error) {
    throw error instanceof NotDownloaded ? unreachable(error, kind) : error
  }
}

/** @throws Fault MEDIA_NOT_FOUND also for a file of another session */
async function uploaded(
  deps: Deps,
  { sessionId }: Owner,
  kind: MediaKind,
  id: string,
  isConverted: boolean,
): Promise<MediaFile> {
  const { store, media } = deps
  const file = (await findMedia(store, id)) ?? (await left(deps, sessionId, id))
  if (file?.sessionId !== sessionId || !media.objects)
    throw new Fault('MEDIA_NOT_FOUND', 'There is no such upload.', { details: { id } })
  assertSize(kind, file.size)
  return { ...file, mimetype: acceptedType(kind, file.mimetype, undefined, isConverted) }
}

/** One that was announced, and has come by itself. @throws Fault MEDIA_* */
export async function left(deps: Deps, sessionId: string, id: string): Promise<MediaFile | undefined> {
  const announced = await findAnnounced(deps.store, sessionId, id)
  return announced && complete(theShelf({ ...deps, objects: deps.media.objects }), announced)
}

async function* stream(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

const DATA_URL = /^data:([\w.+/-]+)?(?:;[\w=.+-]+)*;base64,/
const claimedIn = (text: string): string | undefined => DATA_URL.exec(text.slice(0, 200))?.[1]

/** @throws Fault MEDIA_INVALID */
function decoded(text: string): Buffer {
  const bare = text.replace(DATA_URL, '').replace(/\s+/g, '')
  const content = Buffer.from(bare, 'base64')
  const isBase64 = /^[\w+/-]*={0,2}$/.test(bare) && content.length >= Math.floor((bare.length * 3) / 4) - 2
  if (!isBase64) throw new Fault('MEDIA_INVALID', 'The content is not base64.')
  return content
}

const SENTENCES: Partial<Record<NotDownloaded['reason'], string>> = {
  address_refused: 'It leads to an address that is not public.',
  name_not_found: 'Its name does not exist.',
  timeout: 'It did not come in time.',
  too_many_redirects: 'It leads on and on.',
  invalid_url: 'It is no http or https address.',
}

function unreachable({ reason, cause }: NotDownloaded, kind: MediaKind): Fault {
  if (reason === 'too_large')
    return new Fault('MEDIA_TOO_LARGE', `The file is too large for ${kind}.`, {
      details: { kind, limit: LIMITS[kind] },
    })
  const why = SENTENCES[reason] ?? 'The server did not give it.'
  return new Fault('MEDIA_UNREACHABLE', `The file could not be fetched. ${why}`, {
    details: { reason },
    cause,
  })
}
