/**
 * Where the content of a file can be fetched past the API: at an address of the object store, where that has some. Sealed
 * files have none, because the store cannot open them. One that is too large for an answer of a function is laid open
 * beside it when somebody with a link asks for it; the store throws that away in a day or two, or with the session.
 */
import type { Objects } from '../platform/objects/index.ts'
import { onThisMachine } from '../platform/scratch.ts'
import { type MediaFile, objectKey } from './file.ts'
import { OPENED } from './opened.ts'

/** Bytes that a function on AWS can answer with, as it encodes them. */
const ANSWERED = 4_000_000

type Wanted = Parameters<Objects['link']>[1]

/** Undefined where the content has to come through the API. */
export async function elsewhere(
  objects: Objects,
  file: MediaFile,
  wanted: Wanted,
): Promise<string | undefined> {
  const key = objectKey(file.id)
  if (!file.sealed) return objects.link(key, wanted)
  const open = `${OPENED}${key}`
  const address = file.size > ANSWERED ? await objects.link(open, wanted) : undefined
  const stored = address && (await objects.get(key))
  if (!stored) return undefined
  await using plain = await onThisMachine(stored.content)
  await objects.put(open, { path: plain.path, size: file.size }, file.mimetype)
  return address
}
