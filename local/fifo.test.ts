import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../test/support/until.ts'
import { ensureQueues } from './queues.ts'
import { sdkSqs } from './sdk.ts'
import { startEmbeddedQueues } from './sqs.ts'

let engine: Awaited<ReturnType<typeof startEmbeddedQueues>>
let client: ReturnType<typeof sdkSqs>
let QueueUrl: string
let shard = 0

beforeAll(async () => {
  engine = await startEmbeddedQueues()
  client = sdkSqs('us-east-1', engine.endpoint)
})
beforeEach(async () => {
  const template = await ensureQueues(client, engine.endpoint, shard + 1)
  QueueUrl = template.replace('{shard}', `${shard++}`)
})
afterAll(async () => {
  client.destroy()
  await engine[Symbol.asyncDispose]()
})

const send = (group: string, body: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: body,
    }),
  )
const receive = async (most = 10): Promise<Message[]> =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: most }))).Messages ?? []
const remove = ({ ReceiptHandle }: Message) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
const bodies = (messages: Message[]) => messages.map(({ Body }) => Body)

test('messages of a group come together and in order, ten at most, before those of the next', async () => {
  for (let n = 0; n < 8; n++) await send('a', `a${n}`)
  for (let n = 0; n < 4; n++) await send('b', `b${n}`)
  expect(bodies(await receive())).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'b0', 'b1'])
})

test('a group is closed until all that was handed out is deleted', async () => {
  for (let n = 0; n < 4; n++) await send('a', `c${n}`)
  const [first, second] = await receive(2)
  expect(await receive()).toEqual([])
  await remove(first!)
  expect(await receive()).toEqual([])
  await remove(second!)
  expect(bodies(await receive())).toEqual(['c2', 'c3'])
})

test('what is given back comes again, before what follows it', async () => {
  for (let n = 0; n < 3; n++) await send('a', `d${n}`)
  const [first, second] = await receive(2)
  await remove(first!)
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: second!.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  )
  expect(bodies(await receive())).toEqual(['d1', 'd2'])
})

const invisibleFor = ({ ReceiptHandle }: Message, VisibilityTimeout: number) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }))

test('what was handed out together and given back comes again in its order', async () => {
  for (let n = 0; n < 5; n++) await send('a', `e${n}`)
  for (const message of await receive(4)) await invisibleFor(message, 0)
  expect(bodies(await receive())).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
})

test('what was handed out together and not deleted in time comes again in its order', async () => {
  for (let n = 0; n < 5; n++) await send('a', `f${n}`)
  const out = await receive(4)
  await Promise.all(out.map((message) => invisibleFor(message, 1)))
  const again = await until('they come again', async () => {
    const messages = await receive()
    return messages.length > 0 && messages
  })
  expect(bodies(again)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4'])
})
