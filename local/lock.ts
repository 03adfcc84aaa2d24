/**
 * One stack per DATA_DIR. The lock is the operating system's own, held on a file through SQLite, so it ends with the
 * process however that ends, and needs no guess about who is alive.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from './refusal.ts'

const BUSY = 5

/** @throws Refusal when another process holds it, or when the folder cannot be written to */
export function lockDataDir(dataDir: string): Disposable {
  const database = open(dataDir)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw isBusy(error)
      ? new Refusal(
          `Linekeeper is running on ${dataDir} already: stop it first, or give this one another DATA_DIR, PORT and SANDBOX_PORT.`,
        )
      : unusable(dataDir, error)
  }
  return { [Symbol.dispose]: () => database.close() }
}

function open(dataDir: string): DatabaseSync {
  try {
    makeFolder(dataDir)
    return new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 })
  } catch (error) {
    throw unusable(dataDir, error)
  }
}

/** Step by step: Node's own `recursive` never ends where folders cannot be made at all, such as in /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === BUSY

const unusable = (dataDir: string, error: unknown): Refusal =>
  new Refusal(
    `DATA_DIR ${dataDir} cannot be written to: ${error instanceof Error ? error.message : String(error)}.`,
  )
