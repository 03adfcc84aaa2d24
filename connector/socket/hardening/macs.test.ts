import { createHmac, hkdfSync } from 'node:crypto'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKeys, hmacSha256 } from './macs.ts'

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength })

test('an HMAC is what node:crypto computes, for keys up to a block and data of any length', () => {
  fc.assert(
    fc.property(bytes(0, 64), bytes(0, 3000), (key, data) => {
      expect(hmacSha256(key, data)).toEqual(createHmac('sha256', key).update(data).digest())
    }),
  )
})

test('an earlier result is not changed by a later one', () => {
  const first = hmacSha256(Buffer.alloc(32, 1), Buffer.from('first'))
  const copy = Buffer.from(first)
  hmacSha256(Buffer.alloc(32, 2), Buffer.from('second'))
  expect(first).toEqual(copy)
})

test('a key that is longer than a block is refused', () => {
  expect(() => hmacSha256(Buffer.alloc(65), Buffer.alloc(1))).toThrow(RangeError)
})

test('derived keys are those of RFC 5869, and of libsignal as it comes', () => {
  const original = createRequire(import.meta.url)('libsignal/src/crypto.js')
  fc.assert(
    fc.property(
      bytes(32, 64),
      bytes(32),
      bytes(0, 40),
      fc.constantFrom(1, 2, 3),
      (input, salt, info, count) => {
        const derived = deriveKeys(input, salt, info, count)
        expect(Buffer.concat(derived)).toEqual(Buffer.from(hkdfSync('sha256', input, salt, info, 32 * count)))
        const [a, b, c] = [input, salt, info].map((part) => Buffer.from(part))
        expect(derived).toEqual(original.deriveSecrets(a, b, c, count))
      },
    ),
  )
})
