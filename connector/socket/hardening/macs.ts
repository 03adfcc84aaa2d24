/**
 * HMAC-SHA-256 and the key derivation of Signal (RFC 2104 and 5869), as two plain hashes each. That computes what
 * node:crypto's Hmac does at half the price, and every message takes about a dozen of them.
 */
import { hash } from 'node:crypto'

const BLOCK = 64
const SIZE = 32
const room = { inner: Buffer.allocUnsafeSlow(BLOCK + 1024), outer: Buffer.allocUnsafeSlow(BLOCK + SIZE) }

/** @param key at most 64 bytes */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Buffer {
  if (key.length > BLOCK) throw new RangeError('A key of at most 64 bytes is expected.')
  if (room.inner.length < BLOCK + data.length) room.inner = Buffer.allocUnsafeSlow(BLOCK + data.length)
  const { inner, outer } = room
  inner.fill(0x36, 0, BLOCK)
  outer.fill(0x5c, 0, BLOCK)
  for (let i = 0; i < key.length; i++) {
    inner[i]! ^= key[i]!
    outer[i]! ^= key[i]!
  }
  inner.set(data, BLOCK)
  outer.set(hash('sha256', inner.subarray(0, BLOCK + data.length), 'buffer'), BLOCK)
  return hash('sha256', outer, 'buffer')
}

/**
 * One to three keys of 32 bytes.
 * @param salt 32 bytes
 */
export function deriveKeys(input: Uint8Array, salt: Uint8Array, info: Uint8Array, count = 3): Buffer[] {
  const secret = hmacSha256(salt, input)
  const keys: Buffer[] = []
  let previous: Uint8Array = Buffer.alloc(0)
  for (let n = 1; n <= count; n++) {
    const key = hmacSha256(secret, Buffer.concat([previous, info, Buffer.of(n)]))
    keys.push(key)
    previous = key
  }
  return keys
}
