import type { BinaryNode } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { Ignoring } from './ignoring.ts'

const GROUP = '120363000000000001@g.us'
const message = (from: string, ...types: string[]): BinaryNode => ({
  tag: 'message',
  attrs: { from },
  content: types.map((type) => ({ tag: type === 'plaintext' ? type : 'enc', attrs: { type } })),
})
const groups = () => new Ignoring((jid) => jid.endsWith('@g.us') || jid.endsWith('@newsletter'))

test('what is for the group alone stays unread, and only that one stanza', async () => {
  const ignoring = groups()
  expect(ignoring.passes(message(GROUP, 'skmsg'))).toBe(true)
  expect(ignoring.isIgnored(GROUP)).toBe(true)
  await Promise.resolve()
  // A receipt, a notification: by them others ask for our messages again, and metadata stays right.
  expect(ignoring.isIgnored(GROUP)).toBe(false)
})

test('what brings a key to this device is read, so that the ratchet between the two goes on', () => {
  for (const type of ['msg', 'pkmsg']) {
    const ignoring = groups()
    expect(ignoring.passes(message(GROUP, type, 'skmsg'))).toBe(false)
    expect(ignoring.isIgnored(GROUP)).toBe(false)
  }
})

test('a channel is ignored as a whole, and nobody else is', () => {
  const ignoring = groups()
  expect(ignoring.passes(message('120363000000000002@newsletter', 'plaintext'))).toBe(true)
  expect(ignoring.passes(message('4915100000002@s.whatsapp.net', 'skmsg'))).toBe(false)
  expect(ignoring.isIgnored('120363000000000002@newsletter')).toBe(false)
})
