/**
 * Unpacks the archive that would be uploaded to Lambda. Written out because neither Node nor every machine brings an
 * unzip, and what is tested is to be the very file. APPNOTE.TXT of PKWARE, sections 4.3.12 and 4.3.16.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const ENTRY = 0x02014b50
const STORED = 0
const DEFLATED = 8

/** @returns the names of the files, as they lie in `folder` afterwards */
export async function unzip(archive: string, folder: string): Promise<string[]> {
  const bytes = await readFile(archive)
  const names: string[] = []
  for (const { name, content } of entries(bytes)) {
    if (name.endsWith('/')) continue
    if (name.startsWith('/') || name.split('/').includes('..')) throw new Error(`${name} leaves the folder`)
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
    names.push(name)
  }
  return names
}

function* entries(bytes: Buffer): Generator<{ name: string; content: Buffer }> {
  const end = bytes.lastIndexOf(Buffer.from([END & 0xff, (END >> 8) & 0xff, (END >> 16) & 0xff, END >>> 24]))
  if (end < 0) throw new Error('this is not a zip archive')
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error('the archive is damaged')
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset))
    const name = bytes.toString('utf8', at + 46, at + 46 + nameSize!)
    const size = bytes.readUInt32LE(at + 20)
    const local = bytes.readUInt32LE(at + 42)
    // The local header has lengths of its own for name and extra field.
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const method = bytes.readUInt16LE(at + 10)
    const packed = bytes.subarray(start, start + size)
    if (method !== STORED && method !== DEFLATED) throw new Error(`${name} is packed by method ${method}`)
    yield { name, content: method === STORED ? packed : inflateRawSync(packed) }
    at += 46 + nameSize! + extraSize! + commentSize!
  }
}
