/**
 * The durability gate and channels: what is posted there is not encrypted, so no ratchet tells one post from another, and
 * the client answers with an acknowledgement instead of a receipt. It has to wait for the commit all the same. A change of
 * a post has the id of the post on the wire, and is a message of its own in the outbox.
 */
import { proto } from '@whiskeysockets/baileys'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { type Rig, rig } from '../support/device.ts'
import { until } from '../support/until.ts'

const ANN = '+15550000002'
let box: Sandbox
let people = 0

beforeAll(async () => {
  box = await sandbox()
})
afterAll(() => box.close())

async function stage() {
  const number = `+166600000${++people}`
  const trouble = { error: undefined as Error | undefined }
  const fault = () => {
    if (trouble.error) throw trouble.error
  }
  const alice = await rig(box, { store: memoryDevice({ disk: memoryDisk(), fault }), scan: number })
  alice.connect()
  await alice.untilOpen()
  const channel = await box.control.createChannel({ creator: ANN, name: 'News' })
  await alice.connection.ask('channel.follow', { channelId: channel.id, follow: true })
  const undelivered = async () =>
    Object.entries((await box.control.stats()).undelivered)
      .filter(([device]) => device.startsWith(number))
      .reduce((sum, [, count]) => sum + count, 0)
  await until('nothing is undelivered', async () => (await undelivered()) === 0)
  await alice.device.flush()
  return {
    trouble,
    alice,
    number,
    undelivered,
    post: async (text: string) => (await box.control.send(ANN, { to: channel.id, text })).id,
    change: (change: { edit: { id: string; text: string } } | { deletion: { id: string } }) =>
      box.control.send(ANN, { to: channel.id, ...change }),
    [Symbol.asyncDispose]: () => alice[Symbol.asyncDispose](),
  }
}

test('posts with the same words are two posts, and neither is acknowledged before it is durable', async () => {
  await using stand = await stage()
  const { alice, trouble, undelivered } = stand
  trouble.error = new Error('throttled')
  const ids = [await stand.post('The same'), await stand.post('The same')]
  await until('the error shows', () => alice.device.stats.commitError === 'Error: throttled')
  await until('the acknowledgements are held', () => alice.device.stats.heldFrames >= 2)
  expect(await undelivered()).toBe(2)
  expect(alice.texts().size).toBe(0)

  trouble.error = undefined
  await until('both are handed on', () => alice.texts().size === 2)
  expect([...alice.texts()]).toEqual(ids.map((id) => [id, 'The same']))
  await until('the server has its acknowledgements', async () => (await undelivered()) === 0)
})

test('a post that is delivered again, because its acknowledgement was lost, is handed on once', async () => {
  await using stand = await stage()
  const { alice, number, trouble, undelivered } = stand
  trouble.error = new Error('throttled')
  const id = await stand.post('Once')
  await until('the acknowledgement is held', () => alice.device.stats.heldFrames >= 1)
  await box.control.fault({ kind: 'drop', number })
  await until('the line is lost', () => alice.closes.some(({ name }) => name !== 'restart'))
  trouble.error = undefined
  await alice.untilOpen()
  await until('the server has its acknowledgement', async () => (await undelivered()) === 0)
  await alice.device.flush()
  expect(alice.handed(id)).toBe(1)
})

const { Type } = proto.Message.ProtocolMessage
const changesIn = ({ rows }: Rig) =>
  rows.flatMap((row) => {
    if (row.kind !== 'message' || !row.stanza.from?.endsWith('@newsletter')) return []
    const change = proto.Message.decode(row.message).protocolMessage
    return change ? [change.editedMessage?.conversation ?? change.type] : []
  })
const answersIn = ({ rows }: Rig) =>
  rows.flatMap((row) => (row.kind === 'ack' ? [[row.messageId, row.error?.code ?? row.serverId]] : []))

test('changes of a post that came while nothing was durable are handed on once each, in their order', async () => {
  await using stand = await stage()
  const { alice, number, trouble, undelivered } = stand
  const id = await stand.post('One')
  await until('the post is there', () => alice.handed(id) === 1)
  await alice.device.flush()
  trouble.error = new Error('throttled')
  await stand.change({ edit: { id, text: 'Two' } })
  await stand.change({ edit: { id, text: 'One' } })
  await stand.change({ deletion: { id } })
  await until('the acknowledgements are held', () => alice.device.stats.heldFrames >= 3)
  expect(await undelivered()).toBe(3)
  await box.control.fault({ kind: 'drop', number })
  await until('the line is lost', () => alice.closes.some(({ name }) => name !== 'restart'))
  trouble.error = undefined
  await alice.untilOpen()
  await until('the server has its acknowledgements', async () => (await undelivered()) === 0)
  await alice.device.flush()
  expect(changesIn(alice)).toEqual(['Two', 'One', Type.REVOKE])
})

test('changes whose answer was lost with the line go again, and each gets its own answer', async () => {
  await using stand = await stage()
  const { alice, number } = stand
  const { id: to } = (await alice.connection.ask('channel.create', { name: 'Shop' })) as { id: string }
  await box.control.follow(ANN, to)
  const shown = async () =>
    (await box.control.inbox(ANN)).messages.map(({ id, text, type, copies }) => ({ id, text, type, copies }))
  const change = (id: string, protocolMessage: proto.Message.IProtocolMessage) =>
    alice.device.accept({ id, to, message: proto.Message.encode({ protocolMessage }).finish() })
  const edit = (id: string, text: string) =>
    change(id, { key: { id: 'POST' }, type: Type.MESSAGE_EDIT, editedMessage: { conversation: text } })

  await box.control.fault({ kind: 'late-acks', number, delayMs: 60_000 })
  await alice.send(to, 'Fresh', 'POST')
  await edit('EDIT-1', 'Warm')
  await edit('EDIT-2', 'Cold')
  await until('the last one is shown', async () => (await shown()).some(({ text }) => text === 'Cold'))
  expect(answersIn(alice)).toEqual([])
  await box.control.fault({ kind: 'late-acks', number, off: true })
  await box.control.fault({ kind: 'drop', number })
  await until('all three have an answer', () => answersIn(alice).length === 3)
  expect(answersIn(alice)).toEqual([
    ['POST', '1'],
    ['EDIT-1', '1'],
    ['EDIT-2', '1'],
  ])
  await edit('EDIT-3', 'Gone')
  await change('DELETION', { key: { id: 'POST' }, type: Type.REVOKE })
  await edit('TOO-LATE', 'Back')
  await until('these have one, too', () => answersIn(alice).length === 6)
  expect(answersIn(alice).slice(3)).toEqual([
    ['EDIT-3', '1'],
    ['DELETION', '1'],
    ['TOO-LATE', '404'],
  ])
  expect((await shown()).at(-1)).toEqual({ id: 'POST', text: undefined, type: 'deleted', copies: 1 })
})
