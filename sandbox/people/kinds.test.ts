import { Agent } from 'node:https'
import { connect } from 'node:net'
import { downloadMediaMessage, type WAMessage } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { eventually } from '../testing/eventually.ts'
import { ALICE, BOB, jidOf, type Stage, stage } from '../testing/stage.ts'

/** Baileys insists on https for uploads; the sandbox speaks http. */
class PlainAgent extends Agent {
  override createConnection(options: { host?: string; port?: number }) {
    return connect({ host: options.host ?? '127.0.0.1', port: options.port ?? 80 })
  }
}

const inboxOf = async (s: Stage, number: string) => (await s.control.inbox(number)).messages

test('every kind that a phone sends reaches a companion', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE)
  const hello = await s.control.send(BOB, { to: ALICE, text: 'hello' })
  const poll = await s.control.send(BOB, { to: ALICE, poll: { question: 'Tea?', options: ['yes', 'no'] } })
  await s.control.send(BOB, { to: ALICE, location: { latitude: 1, longitude: 2, name: 'Here' } })
  await s.control.send(BOB, { to: ALICE, location: { latitude: 1, longitude: 2, live: true } })
  await s.control.send(BOB, { to: ALICE, contact: { name: 'Ann', vcard: 'BEGIN:VCARD\nEND:VCARD' } })
  await s.control.send(BOB, { to: ALICE, event: { name: 'Party', startsAt: '2030-01-01T00:00:00Z' } })
  await s.control.send(BOB, { to: ALICE, reaction: { id: hello.id, emoji: '👍' } })
  await s.control.send(BOB, { to: ALICE, edit: { id: hello.id, text: 'hello there' } })
  await s.control.send(BOB, { to: ALICE, vote: { id: poll.id, options: ['yes'] } })
  await s.control.send(BOB, { to: ALICE, deletion: { id: hello.id } })
  const last = await s.control.send(BOB, { to: ALICE, text: 'answer', replyTo: hello.id, mentions: [ALICE] })
  await eventually(() => alice.textOf(last.id) === 'answer')
  const kinds = alice.messages.flatMap(({ message }) =>
    Object.keys(message ?? {}).filter((key) => key !== 'messageContextInfo'),
  )
  expect(kinds).toEqual(
    expect.arrayContaining([
      'conversation',
      'pollCreationMessageV3',
      'locationMessage',
      'liveLocationMessage',
      'contactMessage',
      'eventMessage',
      'reactionMessage',
      'pollUpdateMessage',
      'extendedTextMessage',
    ]),
  )
  const answer = alice.messages.find(({ key }) => key?.id === last.id)?.message?.extendedTextMessage
  expect(answer?.contextInfo).toMatchObject({ stanzaId: hello.id, quotedMessage: { conversation: 'hello' } })
})

test('files go both ways over the media server, byte by byte', async () => {
  await using s = await stage()
  const alice = await s.link(ALICE, { fetchAgent: new PlainAgent() })
  const file = Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 7) % 251))
  const { id } = await s.control.send(BOB, {
    to: ALICE,
    document: {
      data: file.toString('base64'),
      mimetype: 'application/pdf',
      fileName: 'a.pdf',
      caption: 'Look',
    },
  })
  await eventually(() => alice.messages.some(({ key }) => key?.id === id))
  const message = alice.messages.find(({ key }) => key?.id === id) as WAMessage
  expect(await downloadMediaMessage(message, 'buffer', {})).toEqual(file)

  const sent = await alice.socket.sendMessage(jidOf(BOB), {
    document: file,
    mimetype: 'text/plain',
    fileName: 'b',
  })
  await eventually(async () => (await inboxOf(s, BOB)).some((entry) => entry.id === sent?.key.id))
  const { mimetype, content } = await s.control.media(BOB, sent!.key.id!)
  expect(mimetype).toBe('text/plain')
  expect(content).toEqual(file)

  await s.control.dropMedia(id)
  await expect(downloadMediaMessage(message, 'buffer', {})).rejects.toThrow()
})

test('the media server refuses a file under a false name', async () => {
  await using s = await stage()
  const name = Buffer.alloc(32).toString('base64url')
  const answer = await fetch(`${s.box.url}/mms/image/${name}`, { method: 'POST', body: 'something else' })
  expect(answer.status).toBe(415)
  expect((await fetch(`${s.box.url}/mms/image/${name}`)).status).toBe(404)
})
