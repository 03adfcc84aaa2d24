import { expect, test } from 'vitest'
import { Concealed, contentKey, openConcealing } from './concealed.ts'
import { Sealed } from './seal.ts'

const [OLD, NEW] = ['11'.repeat(32), '22'.repeat(32)]
const key = { pk: 'MESSAGE#1', sk: 's1#out' }
const item = {
  ...key,
  type: 'text',
  text: new Concealed('acme', 'héllo'),
  media: new Concealed('acme', { n: 1 }),
}

test('what is concealed is sealed at its place, and everything else stays as it is', () => {
  const stored = openConcealing([OLD]).in(item, item)
  expect(stored).toMatchObject({ ...key, type: 'text' })
  expect(JSON.stringify(stored)).not.toContain('llo')
  expect(openConcealing([OLD]).out(stored)).toEqual({ ...key, type: 'text', text: 'héllo', media: { n: 1 } })
  expect(openConcealing([NEW, OLD]).out(stored)).toMatchObject({ text: 'héllo' })
  for (const open of [
    () => openConcealing([NEW]).out(stored),
    () => openConcealing([]).out(stored),
    () => openConcealing([OLD]).out({ ...stored, sk: 's2#out' }),
    () => openConcealing([OLD]).out({ ...stored, text: { ...(stored.text as object), of: 'other' } }),
  ])
    expect(open).toThrow(Sealed)
})

test('long content gets smaller, and opens', () => {
  const text = 'again and '.repeat(500)
  const stored = openConcealing([OLD]).in({ ...key, text: new Concealed('acme', text) }, key)
  expect(Buffer.byteLength((stored.text as unknown as { '§': Buffer })['§'])).toBeLessThan(200)
  expect(openConcealing([OLD]).out(stored)).toMatchObject({ text })
})

test('without a key nothing is stored in the clear, and what is not concealed needs none', () => {
  expect(() => openConcealing([]).in(item, item)).toThrow('CONTENT_KEY')
  const plain = { ...key, text: 'open' }
  expect(openConcealing([]).in(plain, key)).toBe(plain)
  expect(openConcealing([]).out(plain)).toBe(plain)
})

test('the key for content opens nothing else', () => {
  const keys = contentKey(`${NEW},${OLD}`).split(',')
  expect(new Set([...keys, NEW, OLD]).size).toBe(4)
})
