import { initAuthCreds, proto } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from './codec.ts'

const again = (type: string, value: unknown) => decode(type, encode(type, value))

test('credentials come back as they were, bytes as bytes', () => {
  const creds = { ...initAuthCreds(), me: { id: '1:1@s.whatsapp.net', name: 'Ä' } }
  expect(again('creds', creds)).toEqual(JSON.parse(JSON.stringify(creds), revive))
  expect((again('creds', creds) as typeof creds).noiseKey.private).toEqual(creds.noiseKey.private)
})

test('bytes of any kind come back as bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(again('identity-key', bytes)).toEqual(Buffer.from(bytes))
      expect(again('inbound', { content: bytes, deep: [{ content: Buffer.from(bytes) }] })).toEqual({
        content: Buffer.from(bytes),
        deep: [{ content: Buffer.from(bytes) }],
      })
    }),
  )
})

test('a token comes back with its bytes, and one that was taken away stays so', () => {
  const token = { token: Buffer.from([1, 2, 3]), timestamp: '1700000000', senderTimestamp: 1700000001 }
  expect(again('tctoken', token)).toEqual(token)
  expect(again('tctoken', { senderTimestamp: 1 })).toEqual({ senderTimestamp: 1 })
})

test('an object of numbers stays what it is; Baileys would make bytes of it', () => {
  expect(again('app-state-sync-version', { '1': 2, '2': 3 })).toEqual({ '1': 2, '2': 3 })
})

test('the key of an app state comes back as a message', () => {
  const key = { keyData: Buffer.alloc(32, 7), fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0] } }
  const read = again('app-state-sync-key', proto.Message.AppStateSyncKeyData.fromObject(key))
  expect(read).toBeInstanceOf(proto.Message.AppStateSyncKeyData)
  expect(Buffer.from((read as proto.Message.AppStateSyncKeyData).keyData ?? [])).toEqual(key.keyData)
})

test('names, sessions and lists are written as they are', () => {
  expect(encode('lid-mapping', '123')).toBe('123')
  expect(again('lid-mapping', '123')).toBe('123')
  expect(again('device-list', ['0', '7'])).toEqual(['0', '7'])
  expect(again('sender-key', Buffer.from('[{"ü":1}]'))).toEqual(Buffer.from('[{"ü":1}]'))
})

function revive(_: string, value: { type?: string; data?: number[] } | undefined) {
  return value?.type === 'Buffer' && value.data ? Buffer.from(value.data) : value
}
