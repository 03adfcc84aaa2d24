/**
 * A file from the media server that is read more than once: it lies in a file of this machine, as it came, so that nothing
 * of it is on a disk in the clear, and is opened each time that it is read.
 */
import { createReadStream } from 'node:fs'
import { onThisMachine } from '#core/platform/scratch.ts'

export type Spooled = AsyncDisposable & {
  /** Whoever reads it to the end has the right content, and an error otherwise. */
  read(): AsyncIterable<Uint8Array>
}

/** @param open takes the content as it came and gives it as it was meant */
export async function spool(
  content: AsyncIterable<Uint8Array>,
  open: (content: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<Spooled> {
  const { path, ...disposable } = await onThisMachine(content)
  return { read: () => open(createReadStream(path)), ...disposable }
}
