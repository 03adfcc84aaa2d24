/**
 * A true verifier for XEdDSA signatures (Curve25519 keys signing as Ed25519), on Node's native Ed25519. Baileys'
 * own `Curve.verify` accepts any signature, and the pure JavaScript one takes 8 ms; this agrees with the latter.
 * Source: "The XEdDSA and VXEdDSA Signature Schemes", section 2.3, birational map y = (u - 1) / (u + 1).
 */
import { createPublicKey, type KeyObject, verify as verifyEd25519 } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const P = 2n ** 255n - 19n
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SIGN_BIT = 0x80
const keys = new LRUCache<string, KeyObject>({ max: 1000 })

/** `publicKey` is the raw 32 bytes, or 33 with Signal's type byte in front. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = publicKey.length === 33 ? publicKey.subarray(1) : publicKey
  if (key.length !== 32 || signature.length !== 64) return false
  const plain = Buffer.from(signature)
  const sign = plain[63]! & SIGN_BIT
  plain[63]! &= ~SIGN_BIT
  return verifyEd25519(null, message, edwardsKey(Buffer.from(key), sign), plain)
}

function edwardsKey(montgomery: Buffer, sign: number): KeyObject {
  const name = `${montgomery.toString('base64')}${sign}`
  const known = keys.get(name)
  if (known) return known
  const u = fromLittleEndian(montgomery) % P
  const y = (((u - 1n + P) % P) * inverse((u + 1n) % P)) % P
  const bytes = toLittleEndian(y)
  bytes[31]! |= sign
  const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' })
  keys.set(name, key)
  return key
}

/** The modular inverse by the extended Euclidean algorithm; 0 for 0, as the curve's formulas want it. */
function inverse(value: bigint): bigint {
  let [r, nextR, t, nextT] = [P, value, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR] = [nextR, r - quotient * nextR]
    ;[t, nextT] = [nextT, t - quotient * nextT]
  }
  return r === 1n ? (t + P) % P : 0n
}

const fromLittleEndian = (bytes: Buffer): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const toLittleEndian = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
