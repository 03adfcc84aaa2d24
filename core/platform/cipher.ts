/**
 * What is sealed at rest, in one layout everywhere: a byte that says how the content is packed, a nonce, the content under
 * AES-256-GCM, and the tag. The address of a value and nothing else is authenticated with it, so that a value moved to
 * another place does not open. Keys for one purpose come from others by HKDF, and nobody gets back from them.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE = 12
const TAG = 16

/** @returns 32 bytes, always the same for the same key and purpose */
export const derive = (key: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `linekeeper ${purpose}`, 32))

/** @param key 32 bytes */
export function lock(key: Buffer, kind: number, content: Uint8Array, address: string): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(address))
  return Buffer.concat([Buffer.of(kind), nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** @returns undefined when this key did not seal it, or not for this address */
export function unlock(
  key: Buffer,
  sealed: Uint8Array,
  address: string,
): { kind: number; content: Buffer } | undefined {
  const [kind] = sealed
  if (kind === undefined || sealed.length < 1 + NONCE + TAG) return
  const end = sealed.length - TAG
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE))
  decipher.setAAD(Buffer.from(address)).setAuthTag(sealed.subarray(end))
  try {
    return {
      kind,
      content: Buffer.concat([decipher.update(sealed.subarray(1 + NONCE, end)), decipher.final()]),
    }
  } catch {
    return
  }
}
