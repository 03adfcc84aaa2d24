/**
 * XEdDSA signatures, really verified. WhatsApp signs with X25519 keys: the Montgomery public key u is turned into its
 * Edwards form, y = (u - 1) / (u + 1), with the sign bit that the signature carries in its last byte; what remains is
 * an Ed25519 signature, which OpenSSL verifies. (Signal's XEdDSA specification, section 2.3 and 2.5.)
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

const P = 2n ** 255n - 19n
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SIGNATURE_BYTES = 64
const KEPT_KEYS = 512

/** Converting a key costs more than a verification, and the same few keys sign everything. */
const converted = new Map<string, KeyObject>()

/** @param publicKey an X25519 key, 32 bytes, or 33 with the type byte 05 in front. Never throws. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const u = publicKey.length === 33 && publicKey[0] === 5 ? publicKey.subarray(1) : publicKey
  if (u.length !== 32 || signature.length !== SIGNATURE_BYTES) return false
  try {
    const plain = Buffer.from(signature)
    const sign = plain.readUInt8(63) & 0x80
    plain.writeUInt8(plain.readUInt8(63) & 0x7f, 63)
    return verify(null, message, edwardsKey(u, sign), plain)
  } catch {
    return false
  }
}

function edwardsKey(u: Uint8Array, sign: number): KeyObject {
  const name = `${sign}${Buffer.from(u).toString('base64')}`
  const known = converted.get(name)
  if (known) return known
  const point = encodeNumber(edwardsY(decodeNumber(u)))
  point.writeUInt8(point.readUInt8(31) | sign, 31)
  const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, point]), format: 'der', type: 'spki' })
  if (converted.size >= KEPT_KEYS) converted.delete(converted.keys().next().value ?? '')
  converted.set(name, key)
  return key
}

/** @throws RangeError for u = -1, which has no Edwards form */
function edwardsY(u: bigint): bigint {
  return modulo((u - 1n) * inverse(modulo(u + 1n)))
}

const modulo = (n: bigint) => ((n % P) + P) % P

function inverse(n: bigint): bigint {
  if (n === 0n) throw new RangeError('no inverse of zero')
  let [r0, r1, t0, t1] = [P, n, 0n, 1n]
  while (r1 !== 0n) {
    const q = r0 / r1
    ;[r0, r1] = [r1, r0 - q * r1]
    ;[t0, t1] = [t1, t0 - q * t1]
  }
  return modulo(t0)
}

/** Little-endian; the highest bit is ignored, as RFC 7748 says. */
function decodeNumber(bytes: Uint8Array): bigint {
  const masked = Buffer.from(bytes)
  masked.writeUInt8(masked.readUInt8(31) & 0x7f, 31)
  return BigInt(`0x${masked.reverse().toString('hex')}`)
}

const encodeNumber = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse()
