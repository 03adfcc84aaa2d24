import { afterAll, beforeAll, expect } from 'vitest'
import { type CapabilityWorld, capability, capabilityWorld, jidOf } from '../../support/capability.ts'
import { until } from '../../support/until.ts'

const PHONE = '4915100000001'
const ANN = '4915100000002'
let w: CapabilityWorld
let id: string
let group: string

beforeAll(async () => {
  w = await capabilityWorld()
  await w.connector()
  id = (await w.line(PHONE)).id
  group = (
    await w.phones.createGroup({ creator: ANN, subject: 'Friends', participants: [PHONE, '4915100000003'] })
  ).id
})
afterAll(() => w.close())

capability('Send a text with mentions and a link preview', 'POST /api/messages {linkPreview}', async () => {
  const linkPreview = { url: 'https://example.com', title: 'Example', description: 'A page' }
  const text = '@4915100000003 see https://example.com'
  const sent = await w.sends(id, { to: group, text, mentions: ['+4915100000003'], linkPreview })
  expect(sent).toMatchObject({ type: 'text', text, mentions: ['+4915100000003'], linkPreview })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    text,
    mentions: ['4915100000003'],
    linkTitle: 'Example',
    linkUrl: 'https://example.com',
  })
})

capability('Mention everybody in a group', 'POST /api/messages {mentions}', async () => {
  const sent = await w.sends(id, { to: group, text: 'everybody!', mentions: ['all'] })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ mentionsAll: true })
})

capability('Answer a message', 'POST /api/messages {replyTo}', async () => {
  const asked = await w.phones.send(ANN, { to: PHONE, text: 'How are you?' })
  await w.received(id, asked.id)
  const sent = await w.sends(id, { to: ANN, text: 'Fine', replyTo: asked.id })
  expect(sent.quoted).toMatchObject({
    messageId: asked.id,
    fromMe: false,
    type: 'text',
    text: 'How are you?',
  })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ text: 'Fine', replyTo: asked.id })

  const back = await w.phones.send(ANN, { to: PHONE, text: 'Good', replyTo: sent.id, mentions: [PHONE] })
  expect(await w.received(id, back.id)).toMatchObject({
    quoted: { messageId: sent.id, fromMe: true, type: 'text', text: 'Fine' },
    mentions: [`+${PHONE}`],
  })
})

capability('Send and receive a location', 'POST /api/messages {location}', async () => {
  const location = { latitude: 52.5163, longitude: 13.3777, name: 'Brandenburg Gate', address: 'Berlin' }
  const sent = await w.sends(id, { to: ANN, location })
  expect(sent).toMatchObject({ type: 'location', location })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    type: 'location',
    latitude: 52.5163,
    text: 'Brandenburg Gate',
  })
  const back = await w.phones.send(ANN, { to: PHONE, location })
  expect(await w.received(id, back.id)).toMatchObject({
    type: 'location',
    text: 'Brandenburg Gate',
    location,
  })
})

capability('Send and receive a live location', 'POST /api/messages {location}', async () => {
  const location = { latitude: -33.9, longitude: 151.2, live: true, accuracyMeters: 10 }
  const sent = await w.sends(id, { to: ANN, location })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'location', live: true, latitude: -33.9 })
  const back = await w.phones.send(ANN, { to: PHONE, location: { latitude: 1, longitude: 2, live: true } })
  expect(await w.received(id, back.id)).toMatchObject({ location: { latitude: 1, longitude: 2, live: true } })
})

capability('Send and receive a contact card', 'POST /api/messages {contact}', async () => {
  const sent = await w.sends(id, {
    to: ANN,
    contact: { name: 'Bob, Jr.', phoneNumber: '+49 151 000000-04', organization: 'Bob; Sons' },
  })
  expect(sent).toMatchObject({
    type: 'contact',
    text: 'Bob, Jr.',
    contacts: [{ phoneNumber: '+4915100000004' }],
  })
  const { vcard } = (await w.atPhone(ANN, sent.id)) as { vcard?: string }
  expect(vcard).toContain('waid=4915100000004:+4915100000004')
  expect(vcard).toContain('FN:Bob\\, Jr.')
  const back = await w.phones.send(ANN, { to: PHONE, contact: { name: 'Bob', vcard: vcard ?? '' } })
  expect(await w.received(id, back.id)).toMatchObject({
    type: 'contact',
    contacts: [{ name: 'Bob', phoneNumber: '+4915100000004' }],
  })
})

capability('Send and receive several contact cards', 'POST /api/messages {contacts}', async () => {
  const cards = ['A', 'B'].map((name) => ({ name, vcard: `BEGIN:VCARD\nFN:${name}\nEND:VCARD` }))
  const sent = await w.sends(id, { to: ANN, contacts: cards })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'contact', contacts: cards })
  const back = await w.phones.send(ANN, { to: PHONE, contacts: cards })
  expect(await w.received(id, back.id)).toMatchObject({ type: 'contact', contacts: cards })
})

capability('Send a poll and read the votes', 'POST /api/messages {poll}', async () => {
  const poll = { question: 'Tea or coffee?', options: ['Tea', 'Coffee'], multipleAnswers: false }
  const sent = await w.sends(id, { to: ANN, poll })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    type: 'poll',
    text: 'Tea or coffee?',
    options: ['Tea', 'Coffee'],
  })
  await w.phones.send(ANN, { to: PHONE, vote: { id: sent.id, options: ['Coffee'] } })
  const { payload } = await w.event(id, 'poll.vote', ({ target }) => target.messageId === sent.id)
  expect(payload).toMatchObject({ from: `+${ANN}`, options: ['Coffee'], target: { fromMe: true } })
  expect(await w.shown(id, sent.id)).toMatchObject({
    votes: [{ from: `+${ANN}`, options: ['Coffee'] }],
    results: [
      { option: 'Tea', votes: 0, voters: [] },
      { option: 'Coffee', votes: 1, voters: [`+${ANN}`] },
    ],
  })

  await w.phones.send(ANN, { to: PHONE, vote: { id: sent.id, options: [] } })
  await until('the vote is taken back', async () => (await w.shown(id, sent.id)).votes === undefined)
})

capability('Vote in a poll that somebody else has sent', 'POST /api/messages {vote}', async () => {
  const poll = await w.phones.send(ANN, {
    to: PHONE,
    poll: { question: 'When?', options: ['now', 'later'], multiple: true },
  })
  expect(await w.received(id, poll.id)).toMatchObject({
    type: 'poll',
    text: 'When?',
    poll: { question: 'When?', options: ['now', 'later'], selectable: 0 },
  })
  const sent = await w.sends(id, { vote: { messageId: poll.id, options: ['later'] } })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'vote', target: poll.id, options: ['later'] })
  await w.event(id, 'poll.vote', ({ target, fromMe }) => fromMe && target.messageId === poll.id)
  expect(await w.shown(id, poll.id)).toMatchObject({ votes: [{ from: `+${PHONE}`, options: ['later'] }] })
})

capability('Read votes in a group', 'POST /api/messages {poll}', async () => {
  const sent = await w.sends(id, {
    to: group,
    poll: { question: 'Go?', options: ['y', 'n'], multipleAnswers: true },
  })
  await w.atPhone(ANN, sent.id)
  await w.phones.send(ANN, { to: group, vote: { id: sent.id, options: ['y', 'n'] } })
  const { payload } = await w.event(id, 'poll.vote', ({ target }) => target.messageId === sent.id)
  expect(payload).toMatchObject({ chatId: group, from: `+${ANN}`, options: ['y', 'n'] })
})

capability('Send an event and read the answers', 'POST /api/messages {event}', async () => {
  const event = { name: 'Party', description: 'With cake', startsAt: '2030-05-01T18:00:00.000Z' }
  const sent = await w.sends(id, { to: ANN, event })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({
    type: 'event',
    text: 'Party',
    startsAt: 1_903_888_800,
  })
  await w.phones.send(ANN, { to: PHONE, response: { id: sent.id, answer: 'going' } })
  const { payload } = await w.event(id, 'event.response', ({ target }) => target.messageId === sent.id)
  expect(payload).toMatchObject({ from: `+${ANN}`, response: 'going' })
  expect(await w.shown(id, sent.id)).toMatchObject({ responses: [{ from: `+${ANN}`, response: 'going' }] })

  const back = await w.phones.send(ANN, {
    to: PHONE,
    event: { name: 'Dinner', startsAt: '2031-01-01T00:00:00.000Z' },
  })
  expect(await w.received(id, back.id)).toMatchObject({
    type: 'event',
    event: { name: 'Dinner', startsAt: '2031-01-01T00:00:00.000Z' },
  })
})

capability('Answer an event that somebody else plans', 'POST /api/messages {response}', async () => {
  for (const [to, back] of [
    [PHONE, ANN],
    [group, ANN],
  ] as const) {
    const event = { name: 'Picnic', startsAt: '2031-06-01T10:00:00.000Z' }
    const asked = await w.phones.send(back, { to, event })
    await w.received(id, asked.id)
    const sent = await w.sends(id, { response: { messageId: asked.id, answer: 'going' } })
    expect(await w.atPhone(ANN, sent.id)).toMatchObject({
      type: 'response',
      target: asked.id,
      answer: 'going',
    })
    await w.event(id, 'event.response', ({ target, fromMe }) => fromMe && target.messageId === asked.id)
    expect(await w.shown(id, asked.id)).toMatchObject({
      responses: [{ from: `+${PHONE}`, response: 'going' }],
    })
    const other = await w.sends(id, { response: { messageId: asked.id, answer: 'not_going' } })
    expect(await w.atPhone(ANN, other.id)).toMatchObject({ answer: 'not_going' })
  }
  const text = await w.sends(id, { to: ANN, text: 'No event' })
  const response = { messageId: text.id, answer: 'going' }
  expect((await w.call('POST', '/api/messages', { sessionId: id, response })).body).toMatchObject({
    code: 'MESSAGE_NOT_USABLE',
  })
})

capability('React, and take it back', 'POST /api/messages {reaction}', async () => {
  const back = await w.phones.send(ANN, { to: PHONE, text: 'Nice weather' })
  await w.received(id, back.id)
  const sent = await w.sends(id, { reaction: { messageId: back.id, emoji: '❤️' } })
  expect(await w.atPhone(ANN, sent.id)).toMatchObject({ type: 'reaction', text: '❤️', target: back.id })
  await until('it shows', async () => (await w.shown(id, back.id)).reactions)
  expect(await w.shown(id, back.id)).toMatchObject({ reactions: [{ from: `+${PHONE}`, emoji: '❤️' }] })

  const ours = await w.sends(id, { to: ANN, text: 'Indeed' })
  await w.atPhone(ANN, ours.id)
  await w.phones.send(ANN, { to: PHONE, reaction: { id: ours.id, emoji: '👍' } })
  const { payload } = await w.event(id, 'message.reaction', ({ target }) => target.messageId === ours.id)
  expect(payload).toMatchObject({
    from: `+${ANN}`,
    emoji: '👍',
    chatId: jidOf(ANN),
    target: { fromMe: true },
  })
  await w.phones.send(ANN, { to: PHONE, reaction: { id: ours.id, emoji: '' } })
  await until('it is taken back', async () => (await w.shown(id, ours.id)).reactions === undefined)
})

capability('Edit a message', 'PUT /api/messages/{messageId}', async () => {
  const ours = await w.sends(id, { to: ANN, text: 'Helo' })
  await w.atPhone(ANN, ours.id)
  const { status, body } = await w.call<{ message: { id: string } }>('PUT', `/api/messages/${ours.id}`, {
    text: 'Hello',
  })
  expect(status).toBe(202)
  expect(await w.atPhone(ANN, body.message.id)).toMatchObject({
    type: 'edit',
    text: 'Hello',
    target: ours.id,
  })
  await until('it reads anew', async () => (await w.shown(id, ours.id)).text === 'Hello')
  expect((await w.shown(id, ours.id)).editedAt).toBeDefined()

  const mentions = ['+4915100000003']
  const naming = await w.sends(id, { to: group, text: '@4915100000003 come', mentions })
  for (const [text, still] of [
    ['@4915100000003 stay', ['4915100000003']],
    ['Never mind', undefined],
  ] as const) {
    const change = await w.call<{ message: { id: string } }>('PUT', `/api/messages/${naming.id}`, { text })
    const edited = await w.atPhone(ANN, change.body.message.id)
    expect(edited).toMatchObject({ type: 'edit', text })
    expect(edited.mentions).toEqual(still)
  }

  const theirs = await w.phones.send(ANN, { to: PHONE, text: 'Helo' })
  await w.received(id, theirs.id)
  await w.phones.send(ANN, { to: PHONE, edit: { id: theirs.id, text: 'Hello!' } })
  const { payload } = await w.event(id, 'message.edited', ({ target }) => target.messageId === theirs.id)
  expect(payload).toMatchObject({ from: `+${ANN}`, text: 'Hello!' })
  expect(await w.shown(id, theirs.id)).toMatchObject({ text: 'Hello!' })
  expect((await w.call('PUT', `/api/messages/${theirs.id}`, { text: 'x' })).body).toMatchObject({
    code: 'MESSAGE_NOT_USABLE',
  })
})

capability(
  'Nobody else changes or deletes what somebody has said, but an admin may delete it',
  'GET /api/messages/{messageId} · DELETE /api/messages/{messageId}',
  async () => {
    const [BOB, inGroup] = ['4915100000003', { to: group }]
    const ours = await w.sends(id, { to: ANN, text: 'Our word' })
    const anns = await w.phones.send(ANN, { ...inGroup, text: 'Her word' })
    const bobs = await w.phones.send(BOB, { ...inGroup, text: 'His word' })
    await w.received(id, anns.id)
    await w.received(id, bobs.id)
    await w.phones.send(ANN, { to: PHONE, edit: { id: ours.id, text: 'Never said' } })
    await w.phones.send(ANN, { to: PHONE, deletion: { id: ours.id } })
    await w.phones.send(BOB, { ...inGroup, edit: { id: anns.id, text: 'Never said' } })
    await w.phones.send(BOB, { ...inGroup, deletion: { id: anns.id } })
    await w.phones.send(ANN, { ...inGroup, edit: { id: bobs.id, text: 'Never said' } })
    const after = await w.phones.send(ANN, { to: PHONE, text: 'After all of that' })
    await w.received(id, after.id)
    const last = await w.phones.send(ANN, { ...inGroup, text: 'And of that' })
    await w.received(id, last.id)
    for (const [messageId, text] of [
      [ours.id, 'Our word'],
      [anns.id, 'Her word'],
      [bobs.id, 'His word'],
    ] as const) {
      const shown = await w.shown(id, messageId)
      expect(shown.text).toBe(text)
      expect(shown).not.toHaveProperty('editedAt')
      expect(shown).not.toHaveProperty('deletedAt')
    }
    // Ann made the group, so she is its admin; we are not.
    expect((await w.call('DELETE', `/api/messages/${bobs.id}`)).body).toMatchObject({
      code: 'MESSAGE_NOT_USABLE',
    })
    await w.phones.send(ANN, { ...inGroup, deletion: { id: bobs.id } })
    await until('it is gone', async () => (await w.shown(id, bobs.id)).deletedAt)

    const own = await w.phones.createGroup({ creator: PHONE, subject: 'Ours', participants: [ANN] })
    const hers = await w.phones.send(ANN, { to: own.id, text: 'Too much' })
    await w.received(id, hers.id)
    const { status, body } = await w.call<{ message: { id: string } }>('DELETE', `/api/messages/${hers.id}`)
    expect(status).toBe(202)
    expect(await w.atPhone(ANN, body.message.id)).toMatchObject({ type: 'delete', target: hers.id })
    await until('it is gone here, too', async () => (await w.shown(id, hers.id)).deletedAt)
  },
)

capability('Delete a message for everyone', 'DELETE /api/messages/{messageId}', async () => {
  const ours = await w.sends(id, { to: ANN, text: 'Oops' })
  await w.atPhone(ANN, ours.id)
  const { status, body } = await w.call<{ message: { id: string } }>('DELETE', `/api/messages/${ours.id}`)
  expect(status).toBe(202)
  expect(await w.atPhone(ANN, body.message.id)).toMatchObject({ type: 'delete', target: ours.id })
  await until('it is gone', async () => (await w.shown(id, ours.id)).deletedAt)
  expect((await w.shown(id, ours.id)).text).toBeUndefined()
  expect((await w.call('DELETE', `/api/messages/${ours.id}`)).body).toMatchObject({
    code: 'MESSAGE_NOT_USABLE',
  })

  const theirs = await w.phones.send(ANN, { to: PHONE, text: 'Oops' })
  await w.received(id, theirs.id)
  await w.phones.send(ANN, { to: PHONE, deletion: { id: theirs.id } })
  await w.event(id, 'message.deleted', ({ target }) => target.messageId === theirs.id)
  const shown = await w.shown(id, theirs.id)
  expect(shown.deletedAt).toBeDefined()
  expect(shown.text).toBeUndefined()
})

capability(
  'Pin a message',
  'PUT /api/messages/{messageId}/pin · DELETE /api/messages/{messageId}/pin',
  async () => {
    const ours = await w.sends(id, { to: ANN, text: 'Important' })
    const pinned = await w.call<{ message: { id: string } }>('PUT', `/api/messages/${ours.id}/pin`, {
      seconds: 86_400,
    })
    expect(await w.atPhone(ANN, pinned.body.message.id)).toMatchObject({ type: 'pin', target: ours.id })
    await until('it is pinned', async () => (await w.shown(id, ours.id)).pinnedUntil)
    const unpinned = await w.call<{ message: { id: string } }>('DELETE', `/api/messages/${ours.id}/pin`)
    expect(await w.atPhone(ANN, unpinned.body.message.id)).toMatchObject({ type: 'unpin', target: ours.id })
    await until('it is unpinned', async () => (await w.shown(id, ours.id)).pinnedUntil === undefined)
  },
)

capability('Forward a message', 'POST /api/messages {forward}', async () => {
  const theirs = await w.phones.send(ANN, {
    to: PHONE,
    location: { latitude: 5, longitude: 6, name: 'There' },
  })
  await w.received(id, theirs.id)
  const sent = await w.sends(id, { to: '4915100000003', forward: { messageId: theirs.id } })
  expect(sent).toMatchObject({ type: 'location', forwarded: 1 })
  expect(await w.atPhone('4915100000003', sent.id)).toMatchObject({
    type: 'location',
    latitude: 5,
    forwarded: true,
  })
  const back = await w.phones.send(ANN, { to: PHONE, text: 'Fwd', forwarded: true })
  expect(await w.received(id, back.id)).toMatchObject({ text: 'Fwd', forwarded: 1 })
})

capability('Receive what is not known here', 'GET /api/messages/{messageId}', async () => {
  const sent = await w.phones.send(ANN, { to: PHONE, unknown: true })
  await w.received(id, sent.id)
  expect(await w.shown(id, sent.id)).toMatchObject({
    type: 'unsupported',
    protocolName: 'requestPhoneNumber',
  })
})

capability(
  'See only messages, not what was done to them, in a chat',
  'GET /api/sessions/{sessionId}/chats/{chatId}/messages',
  async () => {
    const { body } = await w.call<{ messages: { type: string }[] }>(
      'GET',
      `/api/sessions/${id}/chats/${jidOf(ANN)}/messages?limit=100`,
    )
    const types = new Set(body.messages.map(({ type }) => type))
    expect([...types].sort()).toEqual(['contact', 'event', 'location', 'poll', 'text', 'unsupported'])
  },
)

capability('Nothing is told that is a secret', 'GET /api/sessions/{sessionId}/events', async () => {
  const { body } = await w.call('GET', `/api/sessions/${id}/events?limit=1000`)
  expect(JSON.stringify(body)).not.toMatch(/sealed|messageSecret|mediaKey/)
  expect((await w.phones.stats()).unknownQueries).toEqual({})
})
