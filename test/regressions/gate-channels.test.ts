/**
 * The durability gate and channels: what is posted there is not encrypted, so no ratchet tells one post from another, and
 * the client answers with an acknowledgement instead of a receipt. It has to wait for the commit all the same.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryDevice, memoryDisk } from '#core/device/index.ts'
import { type Sandbox, sandbox } from '../../sandbox/index.ts'
import { rig } from '../support/device.ts'
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
