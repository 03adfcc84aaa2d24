import { expect, test } from 'vitest'
import { isReadable } from './readable.ts'

test.each(['Support', 'חנות', 'नमस्ते', 'می‌خواهم', '👩‍👩‍👧', '!', 'Ä\u0308', ' a '])('%j is a name', (name) => {
  expect(isReadable(name)).toBe(true)
})

test.each([
  '',
  ' ',
  '\u200b',
  '\u3164',
  '\u2060\ufeff',
  'a\nb',
  '\u001b[2J',
  'a\u0000',
  'a\u0085b',
  'a\u2028b',
])('%j is none', (name) => {
  expect(isReadable(name)).toBe(false)
})
