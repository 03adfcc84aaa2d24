/**
 * A file that is to come by itself, past the API, because it is too large for a request: announced with its size, left at an
 * address of the object store, and looked at when it is used for the first time. Until then it is no file of the session.
 */
import * as z from 'zod'
import { hidden } from '../hidden.ts'
import { sessionPartition } from '../partition.ts'
import { iso, ttl } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { Fault } from '../platform/fault.ts'
import { onThisMachine } from '../platform/scratch.ts'
import { type MediaFile, newMediaId, objectKey, recordMedia } from './file.ts'
import { looking, type Owner, type Shelf, tidy } from './ingest.ts'
import { acceptedType, assertSize, MEDIA_KINDS, typeOf } from './kinds.ts'
import { linkKey } from './link.ts'

/** Seconds in which it may be left, and in which it may be used then. */
export const LEAVES_WITHIN = 15 * 60
const USED_WITHIN = 24 * 60 * 60

const Announced = z.object({
  id: z.string(),
  sessionId: z.string(),
  accountId: z.string(),
  encrypted: z.literal(true).optional(),
  kind: z.enum(MEDIA_KINDS),
  size: z.int(),
  mimetype: z.string().optional(),
  fileName: z.string().optional(),
})
export type Announced = z.infer<typeof Announced>

const keyOf = (sessionId: string, id: string): Key => ({
  pk: sessionPartition(sessionId),
  sk: `UPLOAD#${id}`,
})

/** @throws Fault MEDIA_INVALID, MEDIA_TOO_LARGE */
export async function announce(
  store: Store,
  owner: Owner,
  about: Pick<Announced, 'kind' | 'size' | 'mimetype' | 'fileName'>,
): Promise<Announced> {
  assertSize(about.kind, about.size)
  const announced = { ...owner, ...about, id: newMediaId(owner.sessionId) }
  const expiresAt = ttl(store.now(), USED_WITHIN)
  await linkKey(store)
  await store.put('main', {
    ...keyOf(owner.sessionId, announced.id),
    ...announced,
    fileName: hidden(owner, announced.fileName),
    expiresAt,
  })
  return announced
}

export const findAnnounced = (store: Store, sessionId: string, id: string): Promise<Announced | undefined> =>
  store.get('main', Announced, keyOf(sessionId, id))

/** What was left by itself lies there as it came; from now on it is sealed. */
async function sealInPlace(
  objects: Shelf['objects'],
  { id, mimetype }: MediaFile,
  owner: Owner,
): Promise<void> {
  const left = await objects.get(objectKey(id))
  if (!left) throw new Fault('MEDIA_NOT_FOUND', 'The file was not uploaded yet.', { details: { id } })
  await using file = await onThisMachine(left.content)
  await objects.put(objectKey(id), { path: file.path, size: left.size }, mimetype, owner)
}

/**
 * Looks at what was left, and makes it a file of the session. Repeating it is safe.
 * @throws Fault MEDIA_NOT_FOUND when nothing was left yet; MEDIA_INVALID, MEDIA_TYPE_NOT_SUPPORTED: then it is gone
 */
export async function complete(
  { store, retention, objects }: Shelf,
  { id, kind, size: promised, mimetype: claimed, fileName, ...owner }: Announced,
): Promise<MediaFile> {
  const left = await objects.get(objectKey(id))
  if (!left) throw new Fault('MEDIA_NOT_FOUND', 'The file was not uploaded yet.', { details: { id } })
  try {
    const { passing, seen } = looking(kind)
    for await (const _ of passing(left.content));
    const { size, sha256, beginning } = seen()
    assertSize(kind, size)
    if (size !== promised)
      throw new Fault('MEDIA_INVALID', 'The file is not as large as it was announced.', {
        details: { announced: promised, size },
      })
    // For what it is used is said when it is sent.
    const mimetype = acceptedType(kind, await typeOf(beginning), claimed, true)
    const { sessionId, accountId } = owner
    const createdAt = iso(store.now())
    const about = { id, sessionId, accountId, mimetype, size, sha256, createdAt }
    const file = { ...about, ...(fileName ? { fileName: tidy(fileName) } : {}) }
    if (owner.encrypted) await sealInPlace(objects, file, owner)
    await recordMedia(store, file, ttl(store.now(), retention.messageSeconds), owner)
    return file
  } catch (error) {
    if (error instanceof Fault) await objects.remove(objectKey(id))
    throw error
  } finally {
    left.content.destroy()
  }
}
