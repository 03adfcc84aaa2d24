import crypto, { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { prepareSecretKeys } from './secret-keys.ts'

const original = {
  createHmac: crypto.createHmac,
  createCipheriv: crypto.createCipheriv,
  createDecipheriv: crypto.createDecipheriv,
}
prepareSecretKeys()

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const text = fc.uint8Array({ maxLength: 300 })

test('named imports get the prepared functions too, and a second time changes nothing', () => {
  const { createCipheriv } = crypto
  expect(createHmac).toBe(crypto.createHmac)
  expect(createHmac).not.toBe(original.createHmac)
  prepareSecretKeys()
  expect(crypto.createCipheriv).toBe(createCipheriv)
})

test('an HMAC is the same under any key, in any of its forms', () => {
  const key = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string())
  fc.assert(
    fc.property(key, text, (secret, data) => {
      const digest = (hmac: typeof createHmac) => hmac('sha256', secret).update(data).digest('hex')
      expect(digest(createHmac)).toBe(digest(original.createHmac))
    }),
  )
})

test('what one side encrypts the other reads, in both directions', () => {
  fc.assert(
    fc.property(bytes(32), bytes(12), text, (key, iv, plain) => {
      const encrypt = (cipher: crypto.CipherGCM) =>
        Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
      const prepared = encrypt(crypto.createCipheriv('aes-256-gcm', key, iv))
      expect(prepared).toEqual(encrypt(original.createCipheriv('aes-256-gcm', key, iv)))
      for (const create of [crypto.createDecipheriv, original.createDecipheriv]) {
        const decipher = create('aes-256-gcm', key, iv) as crypto.DecipherGCM
        decipher.setAuthTag(prepared.subarray(plain.length))
        expect(decipher.update(prepared.subarray(0, plain.length))).toEqual(Buffer.from(plain))
        decipher.final()
      }
    }),
  )
})

test('a key of the wrong size is refused as before', () => {
  const wrong = () => crypto.createCipheriv('aes-256-gcm', Buffer.alloc(31), Buffer.alloc(12))
  expect(wrong).toThrow('Invalid key length')
})
