import { expect, test } from 'vitest'
import { derivedKey, Sealed, textSeal } from './seal.ts'

const [OLD, NEW] = ['11'.repeat(32), '22'.repeat(32)]

test('what was sealed opens at its place, for its account, under its key', () => {
  const sealed = textSeal([OLD], 'acme').seal('whsec_ö', 'here')
  expect(sealed).not.toContain('whsec')
  expect(textSeal([OLD], 'acme').open(sealed, 'here')).toBe('whsec_ö')
  expect(textSeal([NEW, OLD], 'acme').open(sealed, 'here')).toBe('whsec_ö')
  for (const open of [
    () => textSeal([OLD], 'acme').open(sealed, 'there'),
    () => textSeal([OLD], 'other').open(sealed, 'here'),
    () => textSeal([NEW], 'acme').open(sealed, 'here'),
    () => textSeal([OLD], 'acme').open('', 'here'),
  ])
    expect(open).toThrow(Sealed)
})

test('a derived key is another one for each purpose, and always the same', () => {
  expect(derivedKey(OLD, 'webhooks')).toMatch(/^[0-9a-f]{64}$/)
  expect(derivedKey(OLD, 'webhooks')).toBe(derivedKey(OLD, 'webhooks'))
  expect(derivedKey(OLD, 'webhooks')).not.toBe(derivedKey(OLD, 'devices'))
})
