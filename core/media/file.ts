/**
 * A file of a session: its content is in the object store, what it is stands here. Its id names the session, so that it
 * goes with it.
 */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { hidden, type Origin } from '../hidden.ts'
import { sessionPartition } from '../partition.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { OPENED } from './opened.ts'

export const MediaFile = z.object({
  id: z.string(),
  sessionId: z.string(),
  accountId: z.string(),
  mimetype: z.string(),
  size: z.int(),
  sha256: z.string(),
  fileName: z.string().optional(),
  /** Its content is. */
  sealed: z.literal(true).optional(),
  createdAt: z.iso.datetime(),
})
export type MediaFile = z.infer<typeof MediaFile>

const ID = /^([0-9a-f]{32})-([0-9a-z]{26})$/

export const newMediaId = (sessionId: string): string =>
  `${sessionId}-${BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString(36)
    .padStart(26, '0')}`

/** Where its content is in the object store. */
export const objectKey = (id: string): string => id.replace('-', '/')
/** Where all contents of a session are. */
export const sessionFolder = (sessionId: string): string => `${sessionId}/`
/** The same, and where those that are laid open lie for a while: see elsewhere.ts. */
export const sessionFolders = (sessionId: string): string[] =>
  ['', OPENED].map((folder) => `${folder}${sessionFolder(sessionId)}`)

function keyOf(id: string): Key | undefined {
  const [, sessionId, name] = ID.exec(id) ?? []
  return sessionId && name ? { pk: sessionPartition(sessionId), sk: `MEDIA#${name}` } : undefined
}

export async function findMedia(store: Store, id: string): Promise<MediaFile | undefined> {
  const key = keyOf(id)
  return key && store.get('main', MediaFile, key)
}

/** @param expiresAt seconds since 1970 */
export async function recordMedia(
  store: Store,
  file: MediaFile,
  expiresAt: number,
  origin: Origin,
): Promise<void> {
  const key = keyOf(file.id)
  if (!key) throw new Error('a media id of our own has the wrong form')
  const sealed = origin.encrypted ? { sealed: true } : {}
  await store.put('main', {
    ...key,
    ...file,
    ...sealed,
    fileName: hidden(origin, file.fileName),
    expiresAt,
  })
}
