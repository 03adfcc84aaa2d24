import { generateKeyPair, sign, verify } from 'curve25519-js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifySignature } from './verify.ts'

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const message = fc.uint8Array({ minLength: 1, maxLength: 300 })
const runs = { numRuns: 25 }

test('accepts what the reference signs, with and without the type byte', () => {
  fc.assert(
    fc.property(seed, message, seed, (secret, text, random) => {
      const pair = generateKeyPair(secret)
      const signature = sign(pair.private, text, Buffer.concat([random, random]))
      expect(verifySignature(pair.public, text, signature)).toBe(true)
      expect(verifySignature(Buffer.concat([Buffer.of(5), pair.public]), text, signature)).toBe(true)
    }),
    runs,
  )
})

test('agrees with the reference on every changed bit', () => {
  const part = fc.constantFrom('key', 'message', 'signature')
  fc.assert(
    fc.property(seed, message, part, fc.nat(), (secret, text, where, at) => {
      const pair = generateKeyPair(secret)
      const parts = { key: pair.public, message: text, signature: sign(pair.private, text, undefined) }
      const changed = { ...parts, [where]: flip(parts[where], at) }
      const ours = verifySignature(changed.key, changed.message, changed.signature)
      expect(ours).toBe(verify(changed.key, changed.message, changed.signature))
      const onlyTheIgnoredBit = where === 'key' && at % 256 === 255
      expect(ours).toBe(onlyTheIgnoredBit)
    }),
    { numRuns: 50 },
  )
})

test('agrees with the reference on arbitrary input', () => {
  const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
  fc.assert(
    fc.property(seed, message, signature, (key, text, bytes) => {
      expect(verifySignature(key, text, bytes)).toBe(verify(key, text, bytes))
    }),
    runs,
  )
})

test('keys and signatures of a wrong size, and the point without Edwards form, are refused and never throw', () => {
  const pair = generateKeyPair(new Uint8Array(32).fill(7))
  const text = Buffer.from('hello')
  const signature = sign(pair.private, text, undefined)
  expect(verifySignature(pair.public.subarray(1), text, signature)).toBe(false)
  expect(verifySignature(pair.public, text, signature.subarray(1))).toBe(false)
  expect(verifySignature(new Uint8Array(0), text, signature)).toBe(false)
  const minusOne = Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex')
  expect(verifySignature(minusOne, text, signature)).toBe(false)
})

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Buffer.from(bytes)
  const at = Math.floor(bit / 8) % changed.length
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit % 8)), at)
  return changed
}
