/**
 * Makes Baileys and libsignal fit for use, once per process and before the first socket: every signature is really
 * verified, no private key is printed, and the defects that can only be repaired inside libsignal are. Keys are handed
 * to node:crypto in the form that it is fast with.
 */
import { repairBaileys } from './baileys.ts'
import { repairLibsignal } from './libsignal.ts'
import { prepareSecretKeys } from './secret-keys.ts'

export { HeldSession } from './held-sessions.ts'
export { exclusively, ForgedSignature, isExclusive } from './libsignal.ts'
export { verifySignature } from './verify.ts'

/** Idempotent. */
export function harden(): void {
  repairLibsignal()
  repairBaileys()
  prepareSecretKeys()
}
