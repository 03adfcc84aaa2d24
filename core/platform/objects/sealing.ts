/**
 * Files of sessions that keep what is said sealed, in any store: sealed piece by piece under a key of their own, which
 * follows from that of their account, and opened while they are read. A piece that was changed, moved, repeated or left
 * out does not open. What is not sealed is read as it lies there.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { derive } from '../cipher.ts'
import { onThisMachine } from '../scratch.ts'
import { Sealed } from '../seal.ts'
import type { Objects, StoredFile } from './index.ts'

/** How a sealed file begins: this, the length of the account's name, the name, and salt. Then its pieces. */
const MAGIC = Buffer.from('\0linekeeper sealed 1\0', 'latin1')
const [SALT, TAG, PIECE] = [32, 16, 65_536]
const LONGEST_HEAD = MAGIC.length + 1 + 255 + SALT

type Bytes = AsyncIterable<Uint8Array>
type Head = { account: string; salt: Buffer; length: number }

/** @param keys in hex, the key of all content; the first one seals, all of them open */
export function sealingObjects(objects: Objects, keys: readonly string[]): Objects {
  const keysOf = (account: string, salt: Buffer): Buffer[] =>
    keys.map((key) => {
      const ofAccount = derive(Buffer.from(key, 'hex'), `files of ${account}`)
      return derive(ofAccount, `file ${salt.toString('hex')}`)
    })
  return {
    ...objects,

    async put(key, file, mimetype, owner) {
      if (!owner?.encrypted) return objects.put(key, file, mimetype)
      const salt = randomBytes(SALT)
      const [sealing] = keysOf(owner.accountId, salt)
      if (!sealing) throw new Error('CONTENT_KEY is needed to store files of an encrypted session')
      const head = headOf(owner.accountId, salt)
      const pieces = sealed(createReadStream(file.path), sealing, key)
      await using locked = await onThisMachine(following(head, pieces))
      await objects.put(
        key,
        { path: locked.path, size: (await stat(locked.path)).size },
        'application/octet-stream',
      )
    },

    async get(key) {
      const stored = await objects.get(key)
      if (!stored || keys.length === 0) return stored
      return opened(stored, key, keysOf)
    },
  }
}

function headOf(account: string, salt: Buffer): Buffer {
  const name = Buffer.from(account)
  return Buffer.concat([MAGIC, Buffer.of(name.length), name, salt])
}

function headIn(beginning: Buffer): Head | undefined {
  if (!beginning.subarray(0, MAGIC.length).equals(MAGIC)) return
  const name = MAGIC.length + 1
  const end = name + (beginning[MAGIC.length] ?? 0)
  const length = end + SALT
  if (beginning.length < length) return
  return { account: beginning.toString('utf8', name, end), salt: beginning.subarray(end, length), length }
}

async function opened(
  { size, content }: StoredFile,
  key: string,
  keysOf: (account: string, salt: Buffer) => Buffer[],
): Promise<StoredFile> {
  const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let beginning: Buffer = Buffer.alloc(0)
  while (beginning.length < LONGEST_HEAD && mayBeSealed(beginning)) {
    const { value, done } = await chunks.next()
    if (done) break
    beginning = Buffer.concat([beginning, value])
  }
  const head = headIn(beginning)
  const rest = following(beginning.subarray(head?.length ?? 0), after(chunks, content))
  if (!head) return { size, content: Readable.from(rest, { objectMode: false }) }
  const body = size - head.length
  const pieces = Math.ceil(body / (PIECE + TAG))
  const plain = unsealed(rest, keysOf(head.account, head.salt), key)
  return { size: body - pieces * TAG, content: Readable.from(plain, { objectMode: false }) }
}

const mayBeSealed = (beginning: Buffer): boolean =>
  beginning.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, beginning.length))

async function* following(first: Uint8Array, rest: Bytes): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  yield* rest
}

/** What is left; who stops reading leaves nothing open. */
async function* after(chunks: AsyncIterator<Buffer>, content: Readable): AsyncGenerator<Uint8Array> {
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  } finally {
    content.destroy()
  }
}

/** Pieces of this size, and a last one that is shorter, or empty. */
async function* cut(content: Bytes, size: number): AsyncGenerator<{ piece: Buffer; isLast: boolean }> {
  let held = Buffer.alloc(0)
  for await (const chunk of content) {
    held = Buffer.concat([held, chunk])
    while (held.length > size) {
      yield { piece: held.subarray(0, size), isLast: false }
      held = held.subarray(size)
    }
  }
  yield { piece: held, isLast: true }
}

const nonceOf = (place: number): Buffer => {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(place, 6, 6)
  return nonce
}
const addressOf = (key: string, isLast: boolean): Buffer => Buffer.from(`${key}|${isLast ? 'last' : 'more'}`)

async function* sealed(content: Bytes, key: Buffer, address: string): AsyncGenerator<Buffer> {
  let place = 0
  for await (const { piece, isLast } of cut(content, PIECE)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(place++)).setAAD(addressOf(address, isLast))
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
  }
}

async function* unsealed(content: Bytes, keys: Buffer[], address: string): AsyncGenerator<Buffer> {
  let [place, right] = [0, undefined as Buffer | undefined]
  for await (const { piece, isLast } of cut(content, PIECE + TAG)) {
    const open = (key: Buffer) => unlocked(key, nonceOf(place), piece, addressOf(address, isLast))
    right ??= keys.find(open)
    const plain = right && open(right)
    if (!plain) throw new Sealed('A file does not open: CONTENT_KEY is another one, or the file was changed.')
    place++
    yield plain
  }
}

function unlocked(key: Buffer, nonce: Buffer, piece: Buffer, address: Buffer): Buffer | undefined {
  if (piece.length < TAG) return
  const end = piece.length - TAG
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAAD(address).setAuthTag(piece.subarray(end))
  try {
    return Buffer.concat([decipher.update(piece.subarray(0, end)), decipher.final()])
  } catch {
    return
  }
}
