/**
 * The secrets that a single machine makes for itself: the master key, under which device state is sealed, and a name
 * that tells this installation from others on a shared database. They live in DATA_DIR/secrets.json, mode 0600; who
 * loses that file has to link every phone again.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readPrivate, writePrivate } from './files.ts'
import { Refusal } from './refusal.ts'

const Secrets = z.object({ masterKey: z.string().regex(/^[0-9a-f]{64}$/), instance: z.string().min(1) })
export type Secrets = z.infer<typeof Secrets>

/** Made on the first start. `masterKey` from the settings wins, so that several machines can share one database. */
export function keepSecrets(dataDir: string, database: string, masterKey?: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  const kept = readPrivate(file, Secrets)
  if (kept) return masterKey ? { ...kept, masterKey } : kept
  if (existsSync(database) && !masterKey)
    throw new Refusal(
      `${dataDir} holds data, but secrets.json, the key to it, is gone: put it back, or choose another DATA_DIR.`,
    )
  const made = {
    masterKey: masterKey ?? randomBytes(32).toString('hex'),
    instance: randomBytes(4).toString('hex'),
  }
  writePrivate(file, made)
  return made
}
