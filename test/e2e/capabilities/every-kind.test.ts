import { afterAll, beforeAll, expect } from 'vitest'
import type { Media } from '#core/contract/content.ts'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import * as sample from '../../support/files.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const [ANN, BOB] = ['4915100000002', '4915100000003']
const data = (content: Buffer) => content.toString('base64')
const base64 = (content: Buffer) => ({ base64: data(content) })
const PNG = { data: data(sample.png), mimetype: 'image/png' }
const CARD = (name: string) => ({ name, vcard: `BEGIN:VCARD\nFN:${name}\nEND:VCARD` })
const SOON = '2031-05-01T18:00:00.000Z'

/** What the API sends, what its phone then shows, what a phone sends, and what the API then shows. */
type Case = [
  Record<string, unknown>,
  Record<string, unknown>,
  Record<string, unknown>,
  Record<string, unknown>,
]
const KINDS: Record<string, Case> = {
  text: [{ text: 'Hello' }, { text: 'Hello' }, { text: 'Hi' }, { text: 'Hi' }],
  image: [
    { image: { ...base64(sample.png), caption: 'Look' } },
    { text: 'Look', mimetype: 'image/png', thumbnail: true },
    { image: { ...PNG, caption: 'See' } },
    { text: 'See', media: { mimetype: 'image/png' } },
  ],
  video: [
    { video: { ...base64(sample.mp4), caption: 'Watch' } },
    { text: 'Watch', mimetype: 'video/mp4' },
    { video: { data: data(sample.mp4), mimetype: 'video/mp4', caption: 'Film', seconds: 3 } },
    { text: 'Film', media: { durationSeconds: 3 } },
  ],
  'video note': [
    { video: { ...base64(sample.mp4), note: true } },
    { type: 'video', note: true },
    { video: { data: data(sample.mp4), mimetype: 'video/mp4', note: true } },
    { type: 'video', media: { note: true } },
  ],
  GIF: [
    { video: { ...base64(sample.mp4), gif: true } },
    { type: 'video', gif: true },
    { video: { data: data(sample.mp4), mimetype: 'video/mp4', gif: true } },
    { type: 'video', media: { animated: true } },
  ],
  audio: [
    { audio: base64(sample.mp3) },
    { voice: false, mimetype: 'audio/mpeg' },
    { audio: { data: data(sample.mp3), mimetype: 'audio/mpeg', seconds: 7 } },
    { media: { mimetype: 'audio/mpeg', durationSeconds: 7 } },
  ],
  'voice note': [
    { audio: { ...base64(sample.ogg), voice: true } },
    { type: 'audio', voice: true },
    { audio: { data: data(sample.ogg), mimetype: 'audio/ogg; codecs=opus', voice: true } },
    { type: 'audio', media: { voice: true } },
  ],
  document: [
    { document: { ...base64(sample.pdf), fileName: 'Bill.pdf', caption: 'Due' } },
    { text: 'Due', fileName: 'Bill.pdf' },
    { document: { data: data(sample.pdf), mimetype: 'application/pdf', fileName: 'A.pdf', caption: 'B' } },
    { text: 'B', media: { fileName: 'A.pdf' } },
  ],
  sticker: [
    { sticker: base64(sample.webp) },
    { mimetype: 'image/webp' },
    { sticker: { data: data(sample.webp), mimetype: 'image/webp' } },
    { media: { mimetype: 'image/webp' } },
  ],
  location: [
    { location: { latitude: 52.5, longitude: 13.3, name: 'Gate' } },
    { latitude: 52.5, text: 'Gate' },
    { location: { latitude: 1, longitude: 2, name: 'Here' } },
    { text: 'Here', location: { latitude: 1, longitude: 2 } },
  ],
  'live location': [
    { location: { latitude: 52.5, longitude: 13.3, live: true } },
    { type: 'location', live: true },
    { location: { latitude: 1, longitude: 2, live: true } },
    { type: 'location', location: { live: true } },
  ],
  contact: [
    { contact: { name: 'Bob', phoneNumber: '+4915100000003' } },
    { text: 'Bob' },
    { contact: CARD('Cat') },
    { contacts: [{ name: 'Cat' }] },
  ],
  contacts: [
    { contacts: [CARD('A'), CARD('B')] },
    { type: 'contact', contacts: [{ name: 'A' }, { name: 'B' }] },
    { contacts: [CARD('C'), CARD('D')] },
    { type: 'contact', contacts: [{ name: 'C' }, { name: 'D' }] },
  ],
  poll: [
    { poll: { question: 'Tea?', options: ['yes', 'no'] } },
    { text: 'Tea?', options: ['yes', 'no'] },
    { poll: { question: 'When?', options: ['now', 'later'] } },
    { text: 'When?', poll: { options: ['now', 'later'] } },
  ],
  event: [
    { event: { name: 'Party', startsAt: SOON } },
    { text: 'Party' },
    { event: { name: 'Dinner', startsAt: SOON } },
    { text: 'Dinner', event: { startsAt: SOON } },
  ],
}

type One = { kind: string; type: string; id: string }
let w: CapabilityWorld
let id: string
let group: string
const places: Record<string, { ours: One[]; theirs: One[] }> = {}
const typeOf = (kind: string, shown: Record<string, unknown>) => String(shown.type ?? kind)

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  group = (await w.phones.createGroup({ creator: ANN, subject: 'Friends', participants: [PHONE, BOB] })).id
})
afterAll(() => w.close())

const stored = (messageId: string) =>
  until('the file is stored', async () => {
    const { media } = (await w.shown(id, messageId)) as { media?: Media }
    return !media || media.state === 'stored'
  })

async function bothWays(name: string, to: string, backTo: string) {
  const ours: One[] = []
  const theirs: One[] = []
  for (const [kind, [sends, atPhone, phoneSends, shown]] of Object.entries(KINDS)) {
    const sent = await w.sends(id, { to, ...sends })
    const type = typeOf(kind, atPhone)
    expect(await w.atPhone(ANN, sent.id), kind).toMatchObject({ type, ...atPhone, from: `+${PHONE}` })
    ours.push({ kind, type, id: sent.id })
    const came = await w.phones.send(ANN, { to: backTo, ...phoneSends } as never)
    const received = await w.received(id, came.id)
    expect(received, kind).toMatchObject({ type: typeOf(kind, shown), ...shown, from: `+${ANN}` })
    expect(await w.shown(id, came.id), kind).toMatchObject({ type: typeOf(kind, shown), ...shown })
    theirs.push({ kind, type: typeOf(kind, shown), id: came.id })
  }
  places[name] = { ours, theirs }
  for (const one of theirs) await stored(one.id)
}

capability('Send and receive every kind of message with a person', 'POST /api/messages {image}', () =>
  bothWays('person', ANN, PHONE),
)

capability('Send and receive every kind of message in a group', 'POST /api/messages {poll}', () =>
  bothWays('group', group, group),
)

capability('Answer every kind, and be answered to every kind', 'POST /api/messages {replyTo}', async () => {
  for (const [place, to, back] of [
    ['person', ANN, PHONE],
    ['group', group, group],
  ] as const) {
    for (const { kind, type, id: replyTo } of places[place]!.theirs) {
      const sent = await w.sends(id, { to, text: `About the ${kind}`, replyTo })
      expect(sent.quoted, kind).toMatchObject({ messageId: replyTo, fromMe: false, type })
      expect(await w.atPhone(ANN, sent.id), kind).toMatchObject({ replyTo, replyKind: type })
    }
    for (const { kind, type, id: replyTo } of places[place]!.ours) {
      const came = await w.phones.send(ANN, { to: back, text: `About the ${kind}`, replyTo })
      expect((await w.received(id, came.id)).quoted, kind).toMatchObject({
        messageId: replyTo,
        fromMe: true,
        type,
      })
    }
  }
})

capability('Answer with every kind', 'POST /api/messages {replyTo}', async () => {
  const asked = await w.phones.send(ANN, { to: PHONE, text: 'Which one?' })
  await w.received(id, asked.id)
  for (const [kind, [sends]] of Object.entries(KINDS)) {
    const sent = await w.sends(id, { to: ANN, ...sends, replyTo: asked.id })
    expect(await w.atPhone(ANN, sent.id), kind).toMatchObject({ replyTo: asked.id })
  }
})

capability('Answer privately what was said in a group', 'POST /api/messages {replyTo}', async () => {
  const asked = await w.phones.send(ANN, { to: group, text: 'Who pays?' })
  await w.received(id, asked.id)
  const sent = await w.sends(id, { to: ANN, text: 'I do', replyTo: asked.id })
  expect(sent.quoted).toMatchObject({ messageId: asked.id, chatId: group })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ replyTo: asked.id, replyIn: group, to: `+${ANN}` })
  const back = await w.phones.send(ANN, { to: PHONE, text: 'Thanks', replyTo: asked.id })
  expect((await w.received(id, back.id)).quoted).toMatchObject({ messageId: asked.id, chatId: group })
  const elsewhere = { sessionId: id, to: BOB, text: 'Look what she said', replyTo: sent.id }
  expect((await w.call('POST', '/api/messages', elsewhere)).body).toMatchObject({
    code: 'MESSAGE_NOT_USABLE',
  })
})

capability(
  'React to every kind, and hear reactions to every kind',
  'POST /api/messages {reaction}',
  async () => {
    for (const [place, back] of [
      ['person', PHONE],
      ['group', group],
    ] as const) {
      for (const { kind, id: messageId } of places[place]!.theirs) {
        const sent = await w.sends(id, { reaction: { messageId, emoji: '👍' } })
        expect(await w.atPhone(ANN, sent.id), kind).toMatchObject({ type: 'reaction', target: messageId })
      }
      for (const { id: messageId } of places[place]!.ours)
        await w.phones.send(ANN, { to: back, reaction: { id: messageId, emoji: '🎉' } })
      for (const { kind, id: messageId } of [...places[place]!.ours, ...places[place]!.theirs])
        await until(`the reaction to the ${kind} shows`, async () => (await w.shown(id, messageId)).reactions)
    }
  },
)

capability('Star every kind', 'PUT /api/sessions/{sessionId}/messages/{messageId}/star', async () => {
  const all = Object.values(places).flatMap(({ ours, theirs }) => [...ours, ...theirs])
  for (const { id: messageId } of all)
    expect((await w.call('PUT', `/api/sessions/${id}/messages/${messageId}/star`)).status).toBe(200)
  const starred = (await w.phones.state(PHONE)).starred.map((one) => one.id)
  expect(new Set(starred)).toEqual(new Set(all.map((one) => one.id)))
})

capability('Forward every kind', 'POST /api/messages {forward}', async () => {
  for (const { kind, type, id: messageId } of [...places.person!.theirs, ...places.person!.ours]) {
    const sent = await w.sends(id, { to: BOB, forward: { messageId } })
    expect(await w.atPhone(BOB, sent.id), kind).toMatchObject({ type })
  }
  const [, ...others] = places.group!.theirs
  for (const { kind, type, id: messageId } of others) {
    const sent = await w.sends(id, { to: BOB, forward: { messageId } })
    expect(await w.atPhone(BOB, sent.id), kind).toMatchObject({ type, forwarded: true })
  }
})

capability('Edit captions, and hear that they were edited', 'PUT /api/messages/{messageId}', async () => {
  const captioned = ['text', 'image', 'video', 'document']
  for (const { kind, id: messageId } of places.person!.ours.filter((one) => captioned.includes(one.kind))) {
    const text = `A better ${kind}`
    const { body } = await w.call<{ message: { id: string } }>('PUT', `/api/messages/${messageId}`, { text })
    expect(await w.atPhone(ANN, body.message.id), kind).toMatchObject({
      type: 'edit',
      target: messageId,
      text,
    })
    await until('it reads anew', async () => (await w.shown(id, messageId)).text === text)
  }
  for (const { kind, id: messageId } of places.group!.theirs.filter((one) => captioned.includes(one.kind))) {
    const text = `Her better ${kind}`
    await w.phones.send(ANN, { to: group, edit: { id: messageId, text } })
    await until(`the ${kind} reads anew`, async () => (await w.shown(id, messageId)).text === text)
  }
  const sticker = places.person!.ours.find(({ kind }) => kind === 'sticker')!
  expect((await w.call('PUT', `/api/messages/${sticker.id}`, { text: 'x' })).body).toMatchObject({
    code: 'MESSAGE_NOT_USABLE',
  })
})

capability(
  'Delete every kind for everyone, and hear that it was deleted',
  'DELETE /api/messages/{messageId}',
  async () => {
    for (const [place, back] of [
      ['person', PHONE],
      ['group', group],
    ] as const) {
      for (const { kind, id: messageId } of places[place]!.ours) {
        const { body } = await w.call<{ message: { id: string } }>('DELETE', `/api/messages/${messageId}`)
        expect(await w.atPhone(ANN, body.message.id), kind).toMatchObject({
          type: 'delete',
          target: messageId,
        })
      }
      for (const { id: messageId } of places[place]!.theirs)
        await w.phones.send(ANN, { to: back, deletion: { id: messageId } })
      for (const { kind, id: messageId } of [...places[place]!.ours, ...places[place]!.theirs])
        await until(`the ${kind} is gone`, async () => {
          const { deletedAt, text, media, poll, location, contacts } = await w.shown(id, messageId)
          return deletedAt && ![text, media, poll, location, contacts].some(Boolean)
        })
    }
    const { body } = await w.call<{ chat: { id: string } }>('GET', `/api/sessions/${id}/chats/${jidOf(ANN)}`)
    expect(body.chat.id).toBe(jidOf(ANN))
    expect(await w.phones.stats()).toMatchObject({ unknownQueries: {}, problems: [] })
  },
)
