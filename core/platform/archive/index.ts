/** A folder of small files in one file: zip, tar, or tar packed by gzip, known by what is in it. */
import { gunzipSync } from 'node:zlib'
import { BrokenArchive, type Entry } from './entry.ts'
import { readTar } from './tar.ts'
import { readZip } from './zip.ts'

export { BrokenArchive } from './entry.ts'
export { writeZip } from './zip.ts'

/**
 * The files of one folder, wherever it lies in the archive, by their bare names.
 * @param most bytes of all files together
 * @throws BrokenArchive also when two files have one name
 */
export function readArchive(bytes: Buffer, most: number): Map<string, string> {
  const files = new Map<string, string>()
  for (const { name, content } of entriesOf(bytes, most)) {
    const bare = name.split('/').at(-1) ?? ''
    // What macOS adds to every archive.
    if (bare === '' || bare.startsWith('._') || bare === '.DS_Store') continue
    if (files.has(bare)) throw new BrokenArchive(`it has two files of the name ${bare.slice(0, 100)}`)
    files.set(bare, content.toString())
  }
  return files
}

function entriesOf(bytes: Buffer, most: number): Iterable<Entry> {
  const magic = bytes.subarray(0, 4).toString('hex')
  if (magic === '504b0304' || magic === '504b0506') return readZip(bytes, most)
  if (magic.startsWith('1f8b')) return readTar(gunzipped(bytes, most))
  if (bytes.subarray(257, 262).toString() === 'ustar') return readTar(bytes)
  throw new BrokenArchive('it is neither a zip nor a tar archive')
}

function gunzipped(bytes: Buffer, most: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: most })
  } catch {
    throw new BrokenArchive('it is damaged, or unpacks to too much')
  }
}
