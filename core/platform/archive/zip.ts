/**
 * Zip archives in memory (APPNOTE.TXT 6.3), as far as folders of small files need them: stored and deflated entries, no
 * encryption, no zip64. What an archive says of its sizes is not believed: unpacking stops at the given bound.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { BrokenArchive, type Entry } from './entry.ts'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff
const [STORED, DEFLATED] = [0, 8]
const ENCRYPTED = 1
const UTF8 = 1 << 11
/** 1 January 1980, the first day that the format knows: the same files make the same archive. */
const DATE = 0x21

/** @param most bytes of all entries together */
export function* readZip(bytes: Buffer, most: number): Generator<Entry> {
  const end = endOf(bytes)
  const count = bytes.readUInt16LE(end + 10)
  let left = most
  let at = bytes.readUInt32LE(end + 16)
  for (let read = 0; read < count; read++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL)
      throw new BrokenArchive('its list of files is broken')
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)]
    const [checksum, packed] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20)]
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field))
    const [named = 0] = lengths
    const name = bytes.subarray(at + 46, at + 46 + named).toString()
    if (flags & ENCRYPTED) throw new BrokenArchive('it is encrypted')
    if (!name.endsWith('/')) {
      const content = unpacked(contentAt(bytes, bytes.readUInt32LE(at + 42), packed), method, left)
      if (crc32(content) !== checksum) throw new BrokenArchive(`${name.slice(0, 100)} is damaged`)
      left -= content.length
      yield { name, content }
    }
    at += 46 + lengths.reduce((sum, length) => sum + length, 0)
  }
}

function endOf(bytes: Buffer): number {
  const from = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT)
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (end < from || end + END_BYTES > bytes.length || bytes.readUInt32LE(end) !== END)
    throw new BrokenArchive('it ends too early')
  return end
}

function contentAt(bytes: Buffer, local: number, length: number): Buffer {
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL)
    throw new BrokenArchive('a file is not where it should be')
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
  if (from + length > bytes.length) throw new BrokenArchive('it ends too early')
  return bytes.subarray(from, from + length)
}

function unpacked(packed: Buffer, method: number, most: number): Buffer {
  if (most <= 0) throw new BrokenArchive('it unpacks to too much')
  if (method === STORED) {
    if (packed.length > most) throw new BrokenArchive('it unpacks to too much')
    return packed
  }
  if (method !== DEFLATED) throw new BrokenArchive('it is packed in a way that is not known')
  try {
    return inflateRawSync(packed, { maxOutputLength: most })
  } catch (error) {
    const isTooMuch = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BrokenArchive(isTooMuch ? 'it unpacks to too much' : 'a file in it is damaged')
  }
}

/** @param files name → content */
export function writeZip(files: ReadonlyMap<string, string>): Buffer {
  const parts: Buffer[] = []
  const list: Buffer[] = []
  let at = 0
  for (const [name, text] of files) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const named = Buffer.from(name)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(UTF8, 2)
    about.writeUInt16LE(DEFLATED, 4)
    about.writeUInt16LE(DATE, 8)
    about.writeUInt32LE(crc32(content), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(content.length, 18)
    about.writeUInt16LE(named.length, 22)
    const local = Buffer.concat([signature(LOCAL), about, named, packed])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    list.push(Buffer.concat([signature(CENTRAL), Buffer.from([20, 0]), about, place, named]))
    parts.push(local)
    at += local.length
  }
  if (files.size > 0xffff) throw new BrokenArchive('it has too many files')
  const central = Buffer.concat(list)
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(files.size, 8)
  end.writeUInt16LE(files.size, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, central, end])
}

function signature(of: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(of)
  return bytes
}
