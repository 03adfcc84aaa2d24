import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviceSeal, Unreadable } from './seal.ts'

const MASTER = '00112233445566778899aabbccddeeff'.repeat(2)
const OTHER = 'ff'.repeat(32)

test('whatever is sealed opens again at its address, and nowhere else', () => {
  const seal = deviceSeal(MASTER, 'acme', 's1')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (plain, address) => {
      const sealed = seal.seal(plain, address)
      expect(seal.open(sealed, address).equals(plain)).toBe(true)
      expect(() => seal.open(sealed, `${address}.`)).toThrow(Unreadable)
    }),
  )
})

test('a changed byte is noticed', () => {
  const seal = deviceSeal(MASTER, 'acme', 's1')
  const sealed = seal.seal(Buffer.from('secret'), 'a')
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at)
    expect(() => seal.open(changed, 'a')).toThrow(Unreadable)
  }
})

test('another account, device or master key cannot open it', () => {
  const sealed = deviceSeal(MASTER, 'acme', 's1').seal(Buffer.from('secret'), 'a')
  expect(() => deviceSeal(MASTER, 'evil', 's1').open(sealed, 'a')).toThrow(Unreadable)
  expect(() => deviceSeal(MASTER, 'acme', 's2').open(sealed, 'a')).toThrow(Unreadable)
  expect(() => deviceSeal(OTHER, 'acme', 's1').open(sealed, 'a')).toThrow(Unreadable)
})

test('a rotated master key still opens what the old one sealed', () => {
  const sealed = deviceSeal(MASTER, 'acme', 's1').seal(Buffer.from('secret'), 'a')
  expect(deviceSeal(`${OTHER},${MASTER}`, 'acme', 's1').open(sealed, 'a').toString()).toBe('secret')
})

test('long values shrink', () => {
  const seal = deviceSeal(MASTER, 'acme', 's1')
  expect(seal.seal(Buffer.from('x'.repeat(5000)), 'a').length).toBeLessThan(200)
})

test('a master key of the wrong size is refused', () => {
  expect(() => deviceSeal('abcd', 'acme', 's1')).toThrow('MASTER_KEY')
})
