import { proto } from '@whiskeysockets/baileys'
import fc from 'fast-check'
import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { Event } from '#core/contract/event.ts'
import type { MessageFacts } from '#core/contract/message.ts'
import type { Attributes, Row } from '../socket/index.ts'
import { reasonOf } from './ack.ts'
import { type Context, eventsOf, textMessage } from './index.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const T = `${AT / 1_000}`
const ID = ulid(AT + 300)
const ME = {
  jid: '4915100000001:7@s.whatsapp.net',
  lid: '900000001:7@lid',
  phoneNumber: '+4915100000001',
  name: 'Support',
}
const context = (change: Partial<Context> = {}): Context => ({
  session: { sessionId: 's1', accountId: 'a1' },
  me: ME,
  directory: () => undefined,
  now: new Date(AT + 500).toISOString(),
  ...change,
})

const row = (stanza: Attributes, message: proto.IMessage, id = ID): Row => ({
  id,
  kind: 'message',
  stanza: { id: 'M1', t: T, ...stanza },
  message: proto.Message.encode(message).finish(),
  encryption: 'msg',
})
const facts = (stanza: Attributes, message: proto.IMessage, change: Partial<Context> = {}): MessageFacts => {
  const [event] = eventsOf(row(stanza, message), context(change))
  if (event?.type !== 'message.received' && event?.type !== 'message.sent')
    throw new Error('no message came out')
  return event.payload.message
}
const ANN = { from: '800000002:3@lid', sender_pn: '4915100000002@s.whatsapp.net', notify: 'Ann' }

describe('a message from a person', () => {
  test('becomes message.received with the row id, both forms of the sender, and the chat under the phone number', () => {
    const [event] = eventsOf(row(ANN, { conversation: 'Hello' }), context())
    expect(event).toEqual({
      id: ID,
      sessionId: 's1',
      accountId: 'a1',
      timestamp: '2026-01-01T12:00:00.500Z',
      type: 'message.received',
      payload: {
        message: {
          id: 'M1',
          chatId: '4915100000002@s.whatsapp.net',
          fromMe: false,
          from: '+4915100000002',
          to: '+4915100000001',
          sender: { phoneNumber: '+4915100000002', lid: '800000002@lid', name: 'Ann' },
          type: 'text',
          text: 'Hello',
          timestamp: '2026-01-01T12:00:00.300Z',
        },
      },
    })
    expect(Event.parse(event)).toEqual(event)
  })

  test('is the same chat whichever form the server wrote', () => {
    const byLid = facts(ANN, { conversation: 'x' })
    const byPhone = facts(
      { from: '4915100000002:3@s.whatsapp.net', sender_lid: '800000002@lid' },
      { conversation: 'x' },
    )
    const byDirectory = facts(
      { from: '800000002@lid' },
      { conversation: 'x' },
      { directory: () => '+4915100000002' },
    )
    expect(new Set([byLid, byPhone, byDirectory].map(({ chatId }) => chatId))).toEqual(
      new Set([byLid.chatId]),
    )
    expect(byPhone.sender).toMatchObject({ phoneNumber: '+4915100000002', lid: '800000002@lid' })
  })

  test('whose number is unknown is known by the LID', () => {
    for (const from of ['800000002:3@lid', '800000002@lid'])
      expect(facts({ from }, { conversation: 'x' })).toMatchObject({
        chatId: '800000002@lid',
        from: '800000002@lid',
        to: ME.phoneNumber,
        sender: { lid: '800000002@lid' },
      })
  })

  test('is to us, also when a phone is addressed by its number', () => {
    for (const device of ['', ':3'])
      expect(facts({ from: `4915100000002${device}@s.whatsapp.net` }, { conversation: 'x' })).toMatchObject({
        from: '+4915100000002',
        to: ME.phoneNumber,
      })
  })

  test('in a group has the group as its chat and the participant as its sender', () => {
    const seen = facts(
      {
        from: '120363000000000001@g.us',
        participant: '800000002:3@lid',
        participant_pn: '4915100000002@s.whatsapp.net',
        notify: 'Ann',
      },
      { conversation: 'x', senderKeyDistributionMessage: { groupId: '120363000000000001@g.us' } },
    )
    expect(seen).toMatchObject({
      chatId: '120363000000000001@g.us',
      from: '+4915100000002',
      to: '120363000000000001@g.us',
      fromMe: false,
    })
  })
})

describe('a message that was written on another device of ours', () => {
  const inner = { conversation: 'From my phone' }

  test('becomes message.sent in the chat of the recipient', () => {
    const stanza = {
      from: '900000001@lid',
      recipient: '800000002@lid',
      peer_recipient_pn: '4915100000002@s.whatsapp.net',
    }
    const seen = row(stanza, { deviceSentMessage: { destinationJid: '800000002@lid', message: inner } })
    const [event] = eventsOf(seen, context())
    expect(event?.type).toBe('message.sent')
    expect(
      facts(stanza, { deviceSentMessage: { destinationJid: '800000002@lid', message: inner } }),
    ).toMatchObject({
      chatId: '4915100000002@s.whatsapp.net',
      fromMe: true,
      from: '+4915100000001',
      to: '+4915100000002',
      text: 'From my phone',
    })
  })

  test('is known by its destination when the stanza does not name the recipient', () => {
    const sent = { deviceSentMessage: { destinationJid: '4915100000002@s.whatsapp.net', message: inner } }
    expect(facts({ from: '4915100000001@s.whatsapp.net' }, sent).chatId).toBe('4915100000002@s.whatsapp.net')
  })

  test('to a group is in the group', () => {
    const sent = { deviceSentMessage: { destinationJid: '120363000000000001@g.us', message: inner } }
    expect(facts({ from: '900000001@lid' }, sent)).toMatchObject({
      chatId: '120363000000000001@g.us',
      fromMe: true,
    })
    const relayed = { from: '120363000000000001@g.us', participant: '900000001@lid' }
    expect(facts(relayed, inner)).toMatchObject({ fromMe: true, from: '+4915100000001' })
  })
})

describe('what a message says', () => {
  const said: [string, proto.IMessage, string | undefined][] = [
    ['text', { conversation: 'a' }, 'a'],
    ['text', { extendedTextMessage: { text: 'b' } }, 'b'],
    ['text', { ephemeralMessage: { message: { extendedTextMessage: { text: 'c' } } } }, 'c'],
    ['image', { imageMessage: { caption: 'd' } }, 'd'],
    ['image', { viewOnceMessageV2: { message: { imageMessage: {} } } }, undefined],
    ['video', { videoMessage: { caption: 'e' } }, 'e'],
    ['audio', { audioMessage: { ptt: true } }, undefined],
    ['document', { documentWithCaptionMessage: { message: { documentMessage: { caption: 'f' } } } }, 'f'],
    ['sticker', { stickerMessage: {} }, undefined],
    ['location', { locationMessage: { name: 'g', degreesLatitude: 1, degreesLongitude: 2 } }, 'g'],
    ['contact', { contactMessage: { displayName: 'h' } }, 'h'],
    ['poll', { pollCreationMessageV3: { name: 'i' } }, 'i'],
    ['poll_vote', { pollUpdateMessage: {} }, undefined],
    ['interactive_reply', { buttonsResponseMessage: { selectedDisplayText: 'j' } }, 'j'],
    ['unsupported', { requestPhoneNumberMessage: {} }, undefined],
  ]
  test.each(said)('%s %#', (type, message, text) => {
    const seen = facts(ANN, { messageContextInfo: { messageSecret: new Uint8Array(32) }, ...message })
    expect({ type: seen.type, text: seen.text }).toEqual({ type, text })
  })

  test('a text survives encoding, whatever it contains', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
        const sent: Row = { ...row(ANN, {}), kind: 'message', message: textMessage(text) } as Row
        const [event] = eventsOf(sent, context())
        expect(event?.type === 'message.received' && event.payload.message.text).toBe(text)
      }),
    )
  })
})

describe('a message is changed by its author', () => {
  const { Type } = proto.Message.ProtocolMessage
  const GROUP = '120363000000000001@g.us'
  const IN_GROUP = {
    from: GROUP,
    participant: '800000002:3@lid',
    participant_pn: '4915100000002@s.whatsapp.net',
  }
  const BOB = '800000003@lid'
  const edit = (key: proto.IMessageKey): proto.IMessage => ({
    protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'Never said' } },
  })
  const deletion = (key: proto.IMessageKey): proto.IMessage => ({
    protocolMessage: { key, type: Type.REVOKE },
  })
  const done = (stanza: Attributes, message: proto.IMessage) =>
    eventsOf(row(stanza, message), context()).map(({ type, payload }) => ({
      type,
      target: 'target' in payload ? payload.target : undefined,
    }))
  const ours = { id: 'M0', fromMe: false }
  const bobs = { id: 'M0', remoteJid: GROUP, fromMe: false, participant: BOB }

  test('who tells it of his own words is believed', () => {
    const theirs = {
      messageId: 'M0',
      fromMe: false,
      sender: { phoneNumber: '+4915100000002', lid: '800000002@lid' },
    }
    for (const stanza of [ANN, IN_GROUP]) {
      expect(done(stanza, edit({ id: 'M0', fromMe: true }))).toEqual([
        { type: 'message.edited', target: theirs },
      ])
      expect(done(stanza, deletion({ id: 'M0', fromMe: true }))).toEqual([
        { type: 'message.deleted', target: theirs },
      ])
    }
  })

  test('nobody changes what we, or somebody else, have said', () => {
    expect(done(ANN, edit(ours))).toEqual([])
    expect(done(ANN, deletion(ours))).toEqual([])
    expect(done(IN_GROUP, edit(bobs))).toEqual([])
    expect(done(IN_GROUP, deletion(bobs))).toEqual([])
    expect(done({ ...IN_GROUP, edit: '8' }, edit(bobs))).toEqual([])
    expect(done({ ...ANN, edit: '8' }, deletion(ours))).toEqual([])
  })

  test('and who says of it that it is his own changes nothing of it', () => {
    expect(done(IN_GROUP, edit({ ...bobs, fromMe: true }))).toMatchObject([
      { target: { sender: { lid: '800000002@lid' } } },
    ])
  })

  test('an admin of a group deletes what others have said', () => {
    expect(done({ ...IN_GROUP, edit: '8' }, deletion(bobs))).toEqual([
      { type: 'message.deleted', target: { messageId: 'M0', fromMe: false, sender: { lid: BOB } } },
    ])
  })
})

describe('what is no message of a person', () => {
  const silent: [string, Attributes, proto.IMessage][] = [
    ['keys of a group', ANN, { senderKeyDistributionMessage: { groupId: 'g' } }],
    ['protocol', ANN, { protocolMessage: { type: proto.Message.ProtocolMessage.Type.SHARE_PHONE_NUMBER } }],
    ['messages among our devices', { from: ME.jid, category: 'peer' }, { conversation: 'x' }],
    ['nothing at all', ANN, {}],
  ]
  test.each(silent)('%s', (_name, stanza, message) => {
    expect(eventsOf(row(stanza, message), context())).toEqual([])
  })
})

describe('receipts', () => {
  const receipt = (stanza: Attributes, messageIds = ['M1']): Row => ({
    id: ID,
    kind: 'receipt',
    stanza: { from: '800000002@lid', sender_pn: '4915100000002@s.whatsapp.net', t: T, ...stanza },
    messageIds,
  })
  const statusOf = (stanza: Attributes) =>
    eventsOf(receipt(stanza), context()).map(
      (event) => event.type === 'message.status' && event.payload.status,
    )

  test('say delivered, read and played', () => {
    expect(statusOf({})).toEqual(['delivered'])
    expect(statusOf({ type: 'inactive' })).toEqual(['delivered'])
    expect(statusOf({ type: 'read' })).toEqual(['read'])
    expect(statusOf({ type: 'played' })).toEqual(['played'])
  })

  test('of our own devices and of the protocol say nothing', () => {
    for (const type of ['sender', 'retry', 'peer_msg', 'hist_sync', 'read-self', 'server-error'])
      expect(statusOf({ type })).toEqual([])
    expect(statusOf({ from: ME.lid, type: 'read' })).toEqual([])
  })

  test('for many messages become an event each, whose ids are distinct and in order', () => {
    const events = eventsOf(receipt({ type: 'read' }, ['M1', 'M2', 'M3']), context())
    expect(events.map((event) => event.type === 'message.status' && event.payload.messageId)).toEqual([
      'M1',
      'M2',
      'M3',
    ])
    const ids = events.map(({ id }) => id)
    expect(ids[0]).toBe(ID)
    expect(new Set(ids).size).toBe(3)
    expect(ids.toSorted()).toEqual(ids)
  })

  test('in a group name the participant', () => {
    const [event] = eventsOf(
      receipt({
        from: '120363000000000001@g.us',
        participant: '800000002:0@lid',
        participant_pn: '4915100000002@s.whatsapp.net',
      }),
      context(),
    )
    expect(event?.payload).toMatchObject({ chatId: '120363000000000001@g.us', participant: '+4915100000002' })
  })

  test('that waited at the server keep their own time', () => {
    const [event] = eventsOf(receipt({ t: `${AT / 1_000 - 7_200}` }), context())
    expect(event?.timestamp).toBe('2026-01-01T10:00:00.000Z')
  })
})

describe('the answer of the server', () => {
  const sent: MessageFacts = {
    id: 'M1',
    chatId: '4915100000002@s.whatsapp.net',
    fromMe: true,
    from: '+4915100000001',
    to: '+4915100000002',
    sender: { phoneNumber: '+4915100000001' },
    type: 'text',
    text: 'Hi',
    timestamp: '2026-01-01T12:00:00.000Z',
  }
  const ack = (error?: { by: 'server' | 'device'; code: string }): Row => ({
    id: ID,
    kind: 'ack',
    messageId: 'M1',
    to: '4915100000002@s.whatsapp.net',
    ...(error ? { error } : {}),
  })

  test('is message.sent with what the ledger knows', () => {
    expect(eventsOf(ack(), context(), sent)).toMatchObject([
      { id: ID, type: 'message.sent', payload: { message: sent } },
    ])
    expect(eventsOf(ack(), context())).toEqual([])
  })

  test('or a failure with a reason', () => {
    expect(eventsOf(ack({ by: 'server', code: '463' }), context(), sent)).toMatchObject([
      { type: 'message.status', payload: { messageId: 'M1', status: 'failed', reason: 'restricted' } },
    ])
    expect(reasonOf({ by: 'server', code: '499' })).toBe('refused_499')
    expect(reasonOf({ by: 'device', code: 'no-devices' })).toBe('not_on_whatsapp')
  })
})

test('a message that waited at the server keeps the time at which it was sent', () => {
  expect(facts({ ...ANN, t: `${AT / 1_000 - 60}` }, { conversation: 'x' }).timestamp).toBe(
    '2026-01-01T11:59:00.000Z',
  )
})

test('bytes that are no message are an error with a name, not a message', () => {
  const broken: Row = { ...row(ANN, {}), kind: 'message', message: new Uint8Array([0xff, 0xff, 0xff]) } as Row
  expect(() => eventsOf(broken, context())).toThrow()
})

test('what was read on another device of ours makes its chat read; what else our devices tell each other does not', () => {
  const told = (stanza: Attributes) =>
    eventsOf(
      { id: ID, kind: 'receipt', stanza: { id: 'M1', t: T, ...stanza }, messageIds: ['M1'] },
      context(),
    )
  const ours = { from: '900000001@lid', recipient: '4915100000002@s.whatsapp.net' }
  expect(told({ ...ours, type: 'read-self' })).toMatchObject([
    { type: 'chat.updated', payload: { chatId: '4915100000002@s.whatsapp.net', changes: { unread: false } } },
  ])
  expect(told({ from: '120363@g.us', participant: '900000001@lid', type: 'read' })).toMatchObject([
    { type: 'chat.updated', payload: { chatId: '120363@g.us', changes: { unread: false } } },
  ])
  expect(told({ ...ours, type: 'sender' })).toEqual([])
  expect(told(ours)).toEqual([])
})
