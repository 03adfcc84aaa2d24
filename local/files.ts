/**
 * Files that only the owner of the process may read. They are written beside their place and then moved there, so that
 * a reader, or a start after a crash, sees the old content or the new one and never a part.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as z from 'zod'
import { Refusal } from './refusal.ts'

export function writePrivate(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

/** Undefined when there is none. @throws Refusal when the file is not what we wrote */
export function readPrivate<S extends z.ZodType>(path: string, schema: S): z.output<S> | undefined {
  if (!existsSync(path)) return
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new Refusal(`${path} is damaged: put it back from a backup, or choose another DATA_DIR.`)
  }
}
