import { describe, expect, test } from 'vitest'
import type { Attributes } from '../socket/index.ts'
import { partiesOf, personOf } from './identity.ts'

const ME = {
  jid: '4915100000001:7@s.whatsapp.net',
  lid: '900000001:7@lid',
  phoneNumber: '+4915100000001',
  name: 'Support',
}
const ANN = { phoneNumber: '+4915100000002', lid: '800000002@lid' }
const CHAT = '4915100000002@s.whatsapp.net'
const known = (lid: string) => (lid === ANN.lid ? ANN.phoneNumber : undefined)
const nobody = (_lid: string): string | undefined => undefined
const parties = (stanza: Attributes, directory = nobody, sentTo?: string) =>
  partiesOf(stanza, ME, directory, sentTo)

describe('one person is one chat', () => {
  const forms: [string, Attributes, (lid: string) => string | undefined][] = [
    ['by LID with the number beside it', { from: '800000002:3@lid', sender_pn: CHAT }, nobody],
    ['by number with the LID beside it', { from: CHAT, sender_lid: '800000002@lid' }, nobody],
    ['by LID alone, whose number was learnt before', { from: '800000002@lid' }, known],
    ['by a hosted LID', { from: '800000002:99@hosted.lid', sender_pn: CHAT }, nobody],
  ]
  test.each(forms)('%s', (_name, stanza, directory) => {
    expect(parties(stanza, directory)).toEqual({ chatId: CHAT, fromMe: false, sender: ANN })
  })

  test('one whose number is nowhere to be had is known by the LID', () => {
    const sender = { phoneNumber: undefined, lid: '800000002@lid' }
    expect(parties({ from: '800000002@lid' })).toEqual({ chatId: '800000002@lid', fromMe: false, sender })
  })

  test('whatever we wrote elsewhere stands in the chat of its recipient', () => {
    const from = '900000001:3@lid'
    for (const stanza of [
      { from, recipient: '800000002@lid', peer_recipient_pn: CHAT },
      { from, recipient: CHAT, recipient_lid: '800000002@lid' },
      { from: '4915100000001@s.whatsapp.net', recipient: CHAT },
    ])
      expect(parties(stanza)).toMatchObject({ chatId: CHAT, fromMe: true })
    expect(parties({ from }, known, '800000002@lid')).toMatchObject({ chatId: CHAT, fromMe: true })
  })
})

describe('in a group', () => {
  const from = '120363000000000001@g.us'

  test.each<[string, Attributes]>([
    ['addressed by LID', { participant: '800000002:3@lid', participant_pn: CHAT }],
    ['addressed by number', { participant: CHAT, participant_lid: '800000002@lid' }],
  ])('people have both names, %s', (_name, stanza) => {
    expect(parties({ from, ...stanza })).toEqual({ chatId: from, fromMe: false, sender: ANN })
  })

  test('we are known by either of our names', () => {
    for (const participant of ['900000001:3@lid', '4915100000001:3@s.whatsapp.net'])
      expect(parties({ from, participant })).toMatchObject({ chatId: from, fromMe: true })
  })

  test('without an author there is nothing to tell', () => {
    expect(parties({ from })).toBeUndefined()
  })
})

describe('places that are no conversation', () => {
  test('a status stands with all others, and has its author', () => {
    const stanza = { from: 'status@broadcast', participant: '800000002@lid', participant_pn: CHAT }
    expect(parties(stanza)).toEqual({ chatId: 'status@broadcast', fromMe: false, sender: ANN })
    expect(parties({ from: '900000001:3@lid' }, nobody, 'status@broadcast')).toMatchObject({
      chatId: 'status@broadcast',
      fromMe: true,
    })
  })

  test('what came through a broadcast list stands in the chat with its sender', () => {
    const stanza = { from: '1700000000@broadcast', participant: '800000002@lid', participant_pn: CHAT }
    expect(parties(stanza)).toEqual({
      chatId: CHAT,
      fromMe: false,
      sender: ANN,
      broadcastList: '1700000000@broadcast',
    })
  })

  test('a list of our own is a chat', () => {
    const stanza = { from: '1700000000@broadcast', participant: '900000001@lid' }
    expect(parties(stanza)).toMatchObject({ chatId: '1700000000@broadcast', fromMe: true })
  })

  test('in a channel nobody is named', () => {
    const from = '120363000000000001@newsletter'
    expect(parties({ from })).toEqual({ chatId: from, fromMe: false, sender: personOf([], nobody) })
    expect(parties({ from, is_sender: 'true' })).toMatchObject({ fromMe: true })
  })
})
