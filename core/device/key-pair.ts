/** Key pairs of WhatsApp are Curve25519; of most of them only the private half is stored. */
import { createPrivateKey, createPublicKey } from 'node:crypto'

const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** @param secret 32 bytes */
export function keyPair(secret: Uint8Array): { private: Buffer; public: Buffer } {
  const key = createPrivateKey({ key: Buffer.concat([X25519_PKCS8, secret]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { private: Buffer.from(secret), public: spki.subarray(spki.length - 32) }
}
