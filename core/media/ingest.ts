/**
 * Taking a file in, from wherever it comes: it is counted, hashed and looked at while it passes to the disk, and stored
 * only when it is whole and what it should be. It is never in memory as a whole.
 */
import { createHash } from 'node:crypto'
import type { Domain } from '../domain.ts'
import { iso, ttl } from '../platform/clock.ts'
import { Fault } from '../platform/fault.ts'
import type { Objects } from '../platform/objects/index.ts'
import { onThisMachine } from '../platform/scratch.ts'
import { type MediaFile, newMediaId, objectKey, recordMedia } from './file.ts'
import { acceptedType, assertSize, LIMITS, type MediaKind, tooLarge, typeOf } from './kinds.ts'
import { linkKey } from './link.ts'

export type Shelf = Pick<Domain, 'store' | 'retention'> & { objects: Objects }
export type Owner = {
  sessionId: string
  accountId: string
  /** The session keeps the names of files sealed. */
  encrypted?: true | undefined
}
export type Incoming = {
  content: AsyncIterable<Uint8Array>
  kind: MediaKind
  /** What the sender says that it is. */
  mimetype?: string | undefined
  fileName?: string | undefined
  /** It is made into something that phones play before it is sent. */
  isConverted?: boolean | undefined
}

/** Enough for `file-type` to recognise what it knows. */
const BEGINNING = 4_100

/** @throws Fault MEDIA_INVALID, MEDIA_TOO_LARGE, MEDIA_TYPE_NOT_SUPPORTED, or what the content throws */
export async function ingest(shelf: Shelf, owner: Owner, incoming: Incoming): Promise<MediaFile> {
  const { kind, content, fileName } = incoming
  const { passing, seen } = looking(kind)
  await using file = await onThisMachine(content, passing)
  const { size, sha256, beginning } = seen()
  assertSize(kind, size)
  const mimetype = acceptedType(kind, await typeOf(beginning), incoming.mimetype, incoming.isConverted)
  return await keep(shelf, owner, { path: file.path, size, sha256, mimetype, fileName })
}

export type Whole = {
  path: string
  size: number
  sha256: string
  mimetype: string
  fileName?: string | undefined
}

/** Stores a file that is on this machine already. */
export async function keep(
  { store, retention, objects }: Shelf,
  owner: Owner,
  whole: Whole,
): Promise<MediaFile> {
  const { path, size, sha256, mimetype, fileName } = whole
  const now = store.now()
  const file: MediaFile = {
    id: newMediaId(owner.sessionId),
    sessionId: owner.sessionId,
    accountId: owner.accountId,
    mimetype,
    size,
    sha256,
    ...(fileName ? { fileName: tidy(fileName) } : {}),
    createdAt: iso(now),
  }
  await linkKey(store)
  await objects.put(objectKey(file.id), { path, size }, mimetype, owner)
  await recordMedia(store, file, ttl(now, retention.messageSeconds), owner)
  return file
}

/** Looks at what passes. @throws Fault MEDIA_TOO_LARGE while it does */
export function looking(kind: MediaKind) {
  const hash = createHash('sha256')
  let size = 0
  let beginning = Buffer.alloc(0)
  return {
    async *passing(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        size += chunk.length
        if (size > LIMITS[kind]) throw tooLarge(kind)
        if (beginning.length < BEGINNING) beginning = Buffer.concat([beginning, chunk]).subarray(0, BEGINNING)
        hash.update(chunk)
        yield chunk
      }
    },
    /** When all has passed. */
    seen: () => ({ size, sha256: hash.digest('hex'), beginning }),
  }
}

/** A name and not a path, without what no file system takes. */
export const tidy = (name: string): string =>
  [...(name.split(/[\\/]/).at(-1) ?? '').toWellFormed()]
    .filter((char) => char >= ' ' && !'<>:"|?*\u007f'.includes(char))
    .join('')
    .slice(0, 200) || 'file'

/** What there is to be used, or a Fault that says that nothing is. @throws Fault NOT_SUPPORTED */
export function theShelf(
  parts: Pick<Domain, 'store' | 'retention'> & { objects: Objects | undefined },
): Shelf {
  const { objects } = parts
  if (!objects) throw new Fault('NOT_SUPPORTED', 'There is no place for files here: MEDIA_STORE is not set.')
  return { ...parts, objects }
}
