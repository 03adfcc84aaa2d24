/**
 * Secrets of a deployed function. They are not in its environment, where everyone who may look at the function's
 * settings could read them, but in a sealed file beside its code, which SST writes: JSON under AES-256-GCM, by the key in
 * SST_KEY and a nonce of zeros, the tag at the end (pkg/runtime of sst 4.17.1). Elsewhere there is no such file.
 */
import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod'

const TAG_BYTES = 16
const NONCE_BYTES = 12

const Group = z.record(z.string(), z.unknown()).default({})
/** What the stack links a function to, under the names that stacks/secrets.ts gives it; other entries are SST's own. */
const Sealed = z.object({ Secrets: Group, WebhookSecrets: Group, ContentSecrets: Group, EdgeSecrets: Group })

/** By the name of the variable that they stand for; those that were never set are left out. */
export function sealedSecrets({ SST_KEY, SST_KEY_FILE }: NodeJS.ProcessEnv): Record<string, string> {
  if (!SST_KEY || !SST_KEY_FILE) return {}
  const bytes = readFileSync(SST_KEY_FILE)
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(SST_KEY, 'base64'), Buffer.alloc(NONCE_BYTES))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString()
  const groups = Object.values(Sealed.parse(JSON.parse(text)))
  const set = Object.entries(Object.assign({}, ...groups) as Record<string, unknown>).filter(
    (entry): entry is [string, string] =>
      /^[A-Z0-9_]+$/.test(entry[0]) && typeof entry[1] === 'string' && entry[1] !== '',
  )
  return Object.fromEntries(set)
}
