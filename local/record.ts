/**
 * DATA_DIR/stack.json: what runs now, for `npm run connector`, for tests, and for the next start, which ends what a
 * killed stack left behind. It holds addresses and process ids and no secret.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readPrivate, writePrivate } from './files.ts'
import { end, Identity, identify } from './identity.ts'

export const StackRecord = z.object({
  main: Identity,
  parts: z.record(z.string(), Identity),
  origin: z.url().optional(),
  sandbox: z.url().optional(),
  /** The environment that a further connector needs, but for the master key. */
  environment: z.record(z.string(), z.string()).optional(),
})
export type StackRecord = z.infer<typeof StackRecord>

/** How long a left-over part may take to end before it is killed: it is safe to kill, this only spares it work. */
const PATIENCE_MS = 1_000

const fileIn = (dataDir: string) => join(dataDir, 'stack.json')

export const readRecord = (dataDir: string): StackRecord | undefined =>
  readPrivate(fileIn(dataDir), StackRecord)

/** To be called by the holder of the lock only: then all that the record names is left over from a killed stack. */
export async function endLeftovers(dataDir: string): Promise<void> {
  const { database, ...others } = readRecord(dataDir)?.parts ?? {}
  await Promise.all(Object.values(others).map((part) => end(part, PATIENCE_MS)))
  if (database) await end(database, PATIENCE_MS)
}

export type Recorder = ReturnType<typeof openRecord>

export function openRecord(dataDir: string) {
  const self = identify(process.pid)
  if (!self) throw new Error('this process cannot find itself in the process table')
  let current: StackRecord = { main: self, parts: {} }
  const change = (next: Partial<StackRecord>) => {
    current = { ...current, ...next }
    writePrivate(fileIn(dataDir), current)
  }
  return {
    set: (known: Pick<StackRecord, 'origin' | 'sandbox' | 'environment'>) => change(known),
    part(name: string, pid: number) {
      const identity = identify(pid)
      if (identity) change({ parts: { ...current.parts, [name]: identity } })
    },
    remove: () => rmSync(fileIn(dataDir), { force: true }),
  }
}
