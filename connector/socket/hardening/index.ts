/**
 * Makes Baileys and libsignal fit for use, once per process and before the first socket: every signature is really
 * verified, no private key is printed, and the defects that can only be repaired inside libsignal are.
 */
import { repairBaileys } from './baileys.ts'
import { repairLibsignal } from './libsignal.ts'

export { exclusively, ForgedSignature, isExclusive } from './libsignal.ts'
export { verifySignature } from './verify.ts'

/** Idempotent. */
export function harden(): void {
  repairLibsignal()
  repairBaileys()
}
