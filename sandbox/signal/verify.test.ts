import { randomBytes } from 'node:crypto'
import { Curve, generateSignalPubKey } from '@whiskeysockets/baileys'
import { verify } from 'curve25519-js'
import { expect, test } from 'vitest'
import { isSignedBy } from './verify.ts'

test('it agrees with the reference verifier, on genuine and on forged signatures', () => {
  for (let n = 0; n < 12; n += 1) {
    const pair = Curve.generateKeyPair()
    const message = randomBytes(n * 20 + 1)
    const signature = Buffer.from(Curve.sign(pair.private, message))
    expect(verify(pair.public, message, signature)).toBe(true)
    expect(isSignedBy(pair.public, message, signature)).toBe(true)
    expect(isSignedBy(generateSignalPubKey(pair.public), message, signature)).toBe(true)

    const forged = Buffer.from(signature)
    forged[n * 5]! ^= 1 << (n % 7)
    expect(isSignedBy(pair.public, message, forged)).toBe(verify(pair.public, message, forged))
    expect(isSignedBy(pair.public, message, forged)).toBe(false)
    expect(isSignedBy(pair.public, Buffer.concat([message, Buffer.from([0])]), signature)).toBe(false)
    expect(isSignedBy(Curve.generateKeyPair().public, message, signature)).toBe(false)
  }
})

test('keys and signatures of the wrong size are never right', () => {
  const pair = Curve.generateKeyPair()
  const signature = Curve.sign(pair.private, Buffer.from('x'))
  expect(isSignedBy(pair.public.subarray(1), Buffer.from('x'), signature)).toBe(false)
  expect(isSignedBy(pair.public, Buffer.from('x'), signature.subarray(1))).toBe(false)
  expect(isSignedBy(Buffer.alloc(32), Buffer.from('x'), Buffer.alloc(64))).toBe(false)
})
