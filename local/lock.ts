/**
 * One stack per DATA_DIR. The lock is the operating system's own, held on a file through SQLite, so it ends with the
 * process however that ends, and needs no guess about who is alive.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from './refusal.ts'

const BUSY = 5

/** @throws Refusal when another process holds it */
export function lockDataDir(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new Refusal(
      `Linekeeper is running on ${dataDir} already: stop it first, or give this one another DATA_DIR, PORT and SANDBOX_PORT.`,
    )
  }
  return { [Symbol.dispose]: () => database.close() }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === BUSY
