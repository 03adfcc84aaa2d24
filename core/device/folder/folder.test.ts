import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyPair } from '../key-pair.ts'
import { type DeviceRows, readFolder, writeFolder } from './index.ts'
import { nameOf, readName } from './names.ts'

const bytes = (value: Uint8Array) => ({ type: 'Buffer', data: Buffer.from(value).toString('base64') })
const pair = (seed: number) => {
  const made = keyPair(Buffer.alloc(32, seed))
  return { private: bytes(made.private), public: bytes(made.public) }
}
const CREDS = {
  noiseKey: pair(1),
  pairingEphemeralKeyPair: pair(2),
  signedIdentityKey: pair(3),
  signedPreKey: { keyPair: pair(4), signature: bytes(Buffer.alloc(64, 5)), keyId: 1 },
  registrationId: 7,
  advSecretKey: 'c2VjcmV0',
  me: { id: '4915100000001:7@s.whatsapp.net', lid: '900001:7@lid', name: 'Ann' },
  account: {
    details: 'AA==',
    accountSignatureKey: 'AA==',
    accountSignature: 'AA==',
    deviceSignature: 'AA==',
  },
  signalIdentities: [
    { identifier: { name: '900001:7@lid', deviceId: 0 }, identifierKey: bytes(Buffer.alloc(33)) },
  ],
  firstUnuploadedPreKeyId: 31,
  nextPreKeyId: 31,
  processedHistoryMessages: [],
  accountSyncCounter: 1,
  accountSettings: { unarchiveChats: false },
  registered: false,
  platform: 'android',
  somethingElse: 'is left behind',
}
const text = JSON.stringify
const FILES: Record<string, string> = {
  'creds.json': text(CREDS),
  'pre-key-30.json': text(pair(9)),
  'session-900003_1.0.json': text({ _sessions: { BQ: {} }, version: 'v1' }),
  'sender-key-120363-44@g.us--900003_1--0.json': text(bytes(Buffer.from('[{"senderKeyId":1}]'))),
  'sender-key-memory-120363@g.us.json': text({ '900003_1.0': true }),
  'app-state-sync-key-AAAA__a+__=.json': text({ keyData: 'AAAA' }),
  'app-state-sync-version-regular_high.json': text({
    version: 3,
    hash: bytes(Buffer.alloc(128)),
    indexValueMap: {},
  }),
  'lid-mapping-900003_reverse.json': text('4915100000003'),
  'device-list-4915100000003.json': text(['0', '7']),
  'identity-key-900003_1.0.json': text(bytes(Buffer.alloc(33, 6))),
  'tctoken-900003@lid.json': text({ token: bytes(Buffer.from('t')), timestamp: '1' }),
  'tctoken-__index.json': text({ token: bytes(Buffer.from('[]')) }),
}
const files = (changed: Record<string, string> = {}) => new Map(Object.entries({ ...FILES, ...changed }))
const refusal = (changed: Record<string, string>) => {
  try {
    readFolder(files(changed))
  } catch (error) {
    return error
  }
  return
}

test('a folder is read into rows, with the ids that its files stand for', () => {
  const { rows, preKeys, linked, ignored } = readFolder(files({ 'notes.txt': '', 'session.json': '{}' }))
  expect(linked).toEqual({
    jid: '4915100000001:7@s.whatsapp.net',
    lid: '900001:7@lid',
    phoneNumber: '+4915100000001',
    name: 'Ann',
    platform: 'android',
  })
  expect(ignored).toEqual(['notes.txt', 'session.json'])
  expect([...preKeys.keys()]).toEqual([30])
  expect([...rows.keys()].sort()).toEqual(
    [
      'app-state-sync-key:AAAA/a+/=',
      'app-state-sync-version:regular_high',
      'creds:self',
      'device-list:4915100000003',
      'identity-key:900003_1.0',
      'lid-mapping:900003_reverse',
      'sender-key-memory:120363@g.us',
      'sender-key:120363-44@g.us::900003_1::0',
      'session:900003_1.0',
      'tctoken:900003@lid',
      'tctoken:__index',
    ].sort(),
  )
  expect(rows.get('lid-mapping:900003_reverse')).toBe('4915100000003')
  expect(rows.get('creds:self')).not.toContain('left behind')
})

test('what is written again is what was read', () => {
  const { somethingElse: _, ...creds } = CREDS
  const read = readFolder(files())
  const written = writeFolder({
    preKeys: read.preKeys,
    rows: new Map([...read.rows, ['inbound:1', '{}'], ['outbox:2', '{}'], ['device:opened', 'true']]),
  })
  const asValues = (given: ReadonlyMap<string, string>) =>
    Object.fromEntries([...given].map(([name, content]) => [name, JSON.parse(content)]))
  expect(asValues(written ?? new Map())).toEqual({ ...asValues(files()), 'creds.json': creds })
})

test('bytes are read in each form that programs write them in', () => {
  const list = text({ type: 'Buffer', data: [...Buffer.alloc(33, 6)] })
  const indexed = text({ ...Buffer.alloc(33, 6) })
  const usual = readFolder(files()).rows.get('identity-key:900003_1.0')
  for (const form of [list, indexed])
    expect(
      readFolder(files({ 'identity-key-900003_1.0.json': form })).rows.get('identity-key:900003_1.0'),
    ).toBe(usual)
  const states = [{ senderKeyId: 1, key: { type: 'Buffer', data: [1, 2] } }]
  const file = 'sender-key-120363-44@g.us--900003_1--0.json'
  for (const form of [text(states), text(bytes(Buffer.from(text(states))))])
    expect(readFolder(files({ [file]: form })).rows.get('sender-key:120363-44@g.us::900003_1::0')).toBe(
      text([{ senderKeyId: 1, key: { type: 'Buffer', data: 'AQI=' } }]),
    )
})

test.each([
  ['creds.json', 'not JSON'],
  ['creds.json', '[]'],
  ['creds.json', text({ ...CREDS, account: undefined })],
  ['creds.json', text({ ...CREDS, me: { id: 'nobody' } })],
  ['creds.json', text({ ...CREDS, noiseKey: { ...pair(1), public: pair(2).public } })],
  ['creds.json', text({ ...CREDS, nextPreKeyId: '31' })],
  ['creds.json', text({ ...CREDS, signedPreKey: undefined })],
  ['creds.json', text({ ...CREDS, nextPreKeyId: 0x1000000 })],
  ['pre-key-x.json', text(pair(9))],
  ['pre-key-0.json', text(pair(9))],
  ['pre-key-16777216.json', text(pair(9))],
  [`session-${'1'.repeat(201)}.json`, text({ _sessions: {} })],
  ['session-1\u0001.0.json', text({ _sessions: {} })],
  ['device-list-..\u00e4.json', text([])],
  ['pre-key-31.json', text({ ...pair(9), private: bytes(Buffer.alloc(31)) })],
  ['session-1.0.json', text({ version: 'v1' })],
  ['session-1.0.json', 'null'],
  ['sender-key-g--1--0.json', text(bytes(Buffer.from('{')))],
  ['identity-key-1.0.json', text('abc')],
  ['identity-key-1.0.json', text({ type: 'Buffer', data: [1, 'x'] })],
  ['lid-mapping-1.json', text({ a: 1 })],
  ['device-list-1.json', text({})],
  ['tctoken-1.json', `${'[1,{"a":'.repeat(100_000)}0${'}]'.repeat(100_000)}`],
  ['device-list-2.json', text(['x'.repeat(2_100_000)])],
])('%s that holds something else is named', (file, content) => {
  expect(refusal({ [file]: content })).toMatchObject({
    code: 'IMPORT_INVALID',
    details: { file: file.slice(0, 200), reason: expect.any(String) },
  })
})

test('a folder without credentials is none', () => {
  expect(() => readFolder(new Map())).toThrow('creds.json: it is missing')
})

test('a device that is not linked is not handed out', () => {
  const { account: _, ...unlinked } = CREDS
  const rows: DeviceRows['rows'] = new Map([['creds:self', text(unlinked)]])
  expect(writeFolder({ rows, preKeys: new Map() })).toBeUndefined()
  expect(writeFolder({ rows: new Map(), preKeys: new Map() })).toBeUndefined()
})

test('every name leads back to its row', () => {
  const base64 = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((id) => Buffer.from(id).toString('base64'))
  fc.assert(
    fc.property(base64, (id) => {
      expect(readName(nameOf(`app-state-sync-key:${id}`))).toEqual({ type: 'app-state-sync-key', id })
    }),
  )
})
