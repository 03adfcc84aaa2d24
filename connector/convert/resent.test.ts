import { proto } from '@whiskeysockets/baileys'
import { ulid } from 'ulid'
import { expect, test } from 'vitest'
import type { Row } from '../socket/index.ts'
import { type Context, eventsOf } from './index.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const ID = ulid(AT)
const OWN = '900000001@lid'
const ANN = { phoneNumber: '+4915100000002', lid: '800000002@lid' }
const context: Context = {
  session: { sessionId: 's1', accountId: 'a1' },
  me: {
    jid: '4915100000001:7@s.whatsapp.net',
    lid: '900000001:7@lid',
    phoneNumber: '+4915100000001',
    name: '',
  },
  directory: (lid) => (lid === ANN.lid ? ANN.phoneNumber : undefined),
  lidOf: (phoneNumber) => (phoneNumber === ANN.phoneNumber ? ANN.lid : undefined),
  now: new Date(AT).toISOString(),
}

const info = (key: proto.IMessageKey, text = 'Hello') =>
  proto.WebMessageInfo.encode({
    key: { id: 'M1', fromMe: false, ...key },
    message: { conversation: text },
    messageTimestamp: AT / 1_000 - 60,
    pushName: 'Ann',
  }).finish()

const answer = (infos: Uint8Array[], stanza: Record<string, string> = {}): Row => ({
  id: ID,
  kind: 'message',
  stanza: { id: 'PEER', from: OWN, category: 'peer', t: `${AT / 1_000}`, ...stanza },
  message: proto.Message.encode({
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: infos.map((webMessageInfoBytes) => ({
          placeholderMessageResendResponse: { webMessageInfoBytes },
        })),
      },
    },
  }).finish(),
  encryption: 'msg',
})

test.each([
  ['by LID', { remoteJid: ANN.lid }],
  ['by number', { remoteJid: '4915100000002@s.whatsapp.net' }],
])('what the phone sends again is the message itself, under both names of its author, named %s', (_, key) => {
  expect(eventsOf(answer([info(key)]), context)).toMatchObject([
    {
      id: ID,
      type: 'message.received',
      payload: {
        message: {
          id: 'M1',
          chatId: '4915100000002@s.whatsapp.net',
          from: '+4915100000002',
          sender: { ...ANN, name: 'Ann' },
          text: 'Hello',
          timestamp: '2026-01-01T11:59:00.000Z',
        },
      },
    },
  ])
})

test('several come as events of their own, those of groups in their group', () => {
  const group = '120363000000000001@g.us'
  const events = eventsOf(
    answer([info({ remoteJid: ANN.lid }), info({ id: 'M2', remoteJid: group, participant: ANN.lid })]),
    context,
  )
  expect(events.map(({ id }) => id)).toEqual([ID, `${ID}.1`])
  expect(events[1]).toMatchObject({ payload: { message: { id: 'M2', chatId: group, sender: ANN } } })
})

test('nobody but our own phone is believed', () => {
  const forged = answer([info({ remoteJid: ANN.lid })], { from: '700000003@lid' })
  expect(eventsOf(forged, context)).toEqual([])
  const { category: _, ...stanza } = { category: '', from: ANN.lid, id: 'X', t: '1' }
  const ordinary = { ...answer([info({ remoteJid: ANN.lid })]), stanza } as Row
  expect(eventsOf(ordinary, context)).toEqual([])
})

test('what it does not have, and what we wrote ourselves, says nothing', () => {
  expect(eventsOf(answer([]), context)).toEqual([])
  expect(eventsOf(answer([info({ remoteJid: ANN.lid, fromMe: true })]), context)).toEqual([])
})
