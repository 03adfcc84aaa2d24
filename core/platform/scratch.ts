/**
 * Files that this machine holds for as long as something is done with them: nobody else may read them, and they are gone
 * then, however it ended.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export type Scratch = AsyncDisposable & { path: string }

/** A place for one file, in a folder that only we may look into. */
export async function scratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'linekeeper-'))
  return {
    path: join(folder, 'file'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What passes on its way here may be looked at, changed and refused. */
type Passing = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

const as = (chunks: AsyncIterable<Uint8Array>) => chunks

/** A content as such a file. @throws what the content throws, and what looks at it: nothing is left then */
export async function onThisMachine(
  content: AsyncIterable<Uint8Array>,
  passing: Passing = as,
): Promise<Scratch> {
  const file = await scratch()
  try {
    await pipeline(content, passing, createWriteStream(file.path, { mode: 0o600 }))
    return file
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}
