import { ulid } from 'ulid'
import { expect, test } from 'vitest'
import { Event } from '#core/contract/event.ts'
import type { Row, Synced } from '../socket/index.ts'
import { type Context, eventsOf, heardIn } from './index.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const ID = ulid(AT)
const LID = '800000002@lid'
const ANN = '4915100000002@s.whatsapp.net'
const context: Context = {
  session: { sessionId: 's1', accountId: 'a1' },
  me: {
    jid: '4915100000001:7@s.whatsapp.net',
    lid: '900000001:7@lid',
    phoneNumber: '+4915100000001',
    name: 'Us',
  },
  directory: (lid) => (lid === LID ? '+4915100000002' : undefined),
  lidOf: (number) => (number === '+4915100000002' ? LID : undefined),
  now: new Date(AT).toISOString(),
}
const row = (...changes: Synced[]): Row => ({ id: ID, kind: 'synced', changes })
const told = (...changes: Synced[]) =>
  eventsOf(row(...changes), context)
    .map((event) => Event.parse(event))
    .map(({ type, payload }) => [type, payload])

test('changes of chats, stars and labels are told of the canonical chat, each as an event of its own', () => {
  expect(
    told(
      { what: 'chat', jid: LID, archived: true, mutedUntil: null },
      { what: 'chat', jid: ANN, cleared: true },
      { what: 'chat', jid: ANN, deleted: true },
      { what: 'star', jid: LID, messageId: 'M1', fromMe: false, starred: true },
      { what: 'star', jid: '120363@g.us', messageId: 'M2', fromMe: true, starred: false },
      { what: 'label', id: '7', name: 'Paid', color: 3, deleted: false },
      { what: 'label', id: '8', name: 'Old', color: 0, deleted: true },
      { what: 'labelled', labelId: '7', jid: LID, labelled: true },
      { what: 'labelled', labelId: '7', jid: LID, messageId: 'M1', labelled: false },
    ),
  ).toEqual([
    ['chat.updated', { chatId: ANN, changes: { archived: true, mutedUntil: null } }],
    ['chat.cleared', { chatId: ANN }],
    ['chat.deleted', { chatId: ANN }],
    [
      'message.starred',
      {
        chatId: ANN,
        target: { messageId: 'M1', fromMe: false, sender: { phoneNumber: '+4915100000002', lid: LID } },
        starred: true,
      },
    ],
    ['message.starred', { chatId: '120363@g.us', target: { messageId: 'M2', fromMe: true }, starred: false }],
    ['label.updated', { label: { id: '7', name: 'Paid', color: 3 } }],
    ['label.deleted', { labelId: '8' }],
    ['label.added', { labelId: '7', chatId: ANN }],
    ['label.removed', { labelId: '7', chatId: ANN, messageId: 'M1' }],
  ])
  const ids = eventsOf(row({ what: 'label', id: '1', name: '', color: 0, deleted: true }), context).map(
    ({ id }) => id,
  )
  expect(ids).toEqual([ID])
})

test('people are heard of under both forms, and we are not among them', () => {
  const about: Row = {
    id: ID,
    kind: 'notification',
    stanza: {
      tag: 'notification',
      attrs: { type: 'status', from: ANN },
      content: [{ tag: 'set', attrs: {}, content: Buffer.from('On holiday') }],
    },
  }
  const rows = [
    row(
      { what: 'contact', jids: [ANN], name: 'Ann' },
      { what: 'contact', jids: [LID], name: null },
      { what: 'person', jids: [ANN, LID], pushName: 'Annie' },
      { what: 'person', jids: ['4915100000001@s.whatsapp.net'], pushName: 'Us' },
    ),
    about,
  ]
  const ann = { phoneNumber: '+4915100000002', lid: LID }
  expect(heardIn(rows, [], context).map(({ sighting }) => sighting)).toEqual([
    { ...ann, savedName: 'Ann' },
    { ...ann, savedName: null },
    { ...ann, pushName: 'Annie' },
    { ...ann, about: 'On holiday' },
  ])
  expect(eventsOf(rows[0]!, context)).toEqual([])
})
