import { NOISE_WA_HEADER } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { frame, frameReader } from './framing.ts'

const routing = Buffer.concat([Buffer.from('ED\x00\x01\x00\x00\x03'), Buffer.from('abc')])
const frames = [Buffer.from('one'), Buffer.alloc(700, 7), Buffer.alloc(0)]
const opening = Buffer.from(NOISE_WA_HEADER)

test.each([
  ['the plain opening', opening],
  ['routing info before it', Buffer.concat([routing, opening])],
])('frames come out whole however the bytes arrive, after %s', (_, intro) => {
  const bytes = Buffer.concat([intro, ...frames.map(frame)])
  for (const size of [1, 5, 4096, bytes.length]) {
    const read = frameReader()
    const got: Buffer[] = []
    for (let start = 0; start < bytes.length; start += size)
      got.push(...read(bytes.subarray(start, start + size)))
    expect(got).toEqual(frames)
  }
})

test('who does not open like WhatsApp is no client', () => {
  expect(() => frameReader()(Buffer.from('GET / HTTP/1.1'))).toThrow('Not a WhatsApp client.')
})
