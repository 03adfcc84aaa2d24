/**
 * A file from the media server that is read more than once: it lies in a file of this machine, as it came, so that nothing
 * of it is on a disk in the clear, and is opened each time that it is read.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export type Spooled = AsyncDisposable & {
  /** Whoever reads it to the end has the right content, and an error otherwise. */
  read(): AsyncIterable<Uint8Array>
}

/** @param open takes the content as it came and gives it as it was meant */
export async function spool(
  content: AsyncIterable<Uint8Array>,
  open: (content: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'linekeeper-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'file')
  try {
    await pipeline(content, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    await dispose()
    throw error
  }
  return { read: () => open(createReadStream(path)), [Symbol.asyncDispose]: dispose }
}
