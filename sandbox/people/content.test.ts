import type { proto } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { describe } from './content.ts'

const cases: [string, proto.IMessage, object | undefined][] = [
  ['a plain text', { conversation: 'hi' }, { type: 'text', text: 'hi' }],
  [
    'a reply',
    { extendedTextMessage: { text: 'yes', contextInfo: { stanzaId: 'Q1' } } },
    { type: 'text', text: 'yes', replyTo: 'Q1' },
  ],
  [
    'a disappearing image',
    { ephemeralMessage: { message: { imageMessage: { caption: 'look', mimetype: 'image/png' } } } },
    { type: 'image', text: 'look', mimetype: 'image/png' },
  ],
  [
    'a voice note',
    { audioMessage: { mimetype: 'audio/ogg', ptt: true } },
    { type: 'audio', mimetype: 'audio/ogg', voice: true },
  ],
  ['a document', { documentMessage: { fileName: 'a.pdf' } }, { type: 'document', fileName: 'a.pdf' }],
  [
    'a place',
    { locationMessage: { degreesLatitude: 1, degreesLongitude: 2, name: 'Here' } },
    { type: 'location', text: 'Here', latitude: 1, longitude: 2 },
  ],
  [
    'a reaction',
    { reactionMessage: { text: '👍', key: { id: 'M1' } } },
    { type: 'reaction', text: '👍', target: 'M1' },
  ],
  [
    'a poll',
    { pollCreationMessageV3: { name: 'Tea?', options: [{ optionName: 'Yes' }, { optionName: 'No' }] } },
    { type: 'poll', text: 'Tea?', options: ['Yes', 'No'] },
  ],
  ['a deletion', { protocolMessage: { type: 0, key: { id: 'M1' } } }, { type: 'delete', target: 'M1' }],
  [
    'an edit',
    { protocolMessage: { type: 14, key: { id: 'M1' }, editedMessage: { conversation: 'new' } } },
    { type: 'edit', text: 'new', target: 'M1' },
  ],
  ['something else', { requestPhoneNumberMessage: {} }, { type: 'requestPhoneNumber' }],
  ['a request to the own phone', { protocolMessage: { type: 16 } }, undefined],
  ['only a sender key', { senderKeyDistributionMessage: { groupId: 'g' } }, undefined],
  ['nothing', {}, undefined],
]

test.each(cases)('%s', (_, message, expected) => {
  expect(describe(message)).toEqual(expected)
})
