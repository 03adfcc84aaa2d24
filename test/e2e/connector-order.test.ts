import { PurgeQueueCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import * as Messages from '#core/message.ts'
import { sqsClient } from '#core/platform/aws.ts'
import { systemClock } from '#core/platform/clock.ts'
import { openCommands, queueUrl } from '#core/platform/queue.ts'
import { send } from '#core/send.ts'
import { backlog } from '../../connector/ledger.ts'
import { sdkSqs } from '../../local/sdk.ts'
import { type ConnectorWorld, connectorWorld } from '../support/connector.ts'
import { until } from '../support/until.ts'

const FRIEND = '4915600000002'
let world: ConnectorWorld

beforeAll(async () => {
  world = await connectorWorld()
})
afterAll(() => world.close())

test('what waits in the ledger goes before what the queue has, also when the sweeper was there already', async () => {
  const former = await world.connector('c1')
  const session = await world.line('4915600000001')
  await former.stop()

  const texts = Array.from({ length: 12 }, (_, n) => `number ${n + 1}`)
  const forgotten = texts.slice(0, 6)
  for (const text of forgotten) {
    const id = await world.send(session.id, `+${FRIEND}`, text)
    const message = await world.message(session.id, id)
    expect(await Messages.postpone(world.store, message!, Date.now() + 60_000)).toBe(true)
  }
  const url = queueUrl(world.environment.COMMAND_QUEUE_URL, session.shard)
  await sdkSqs('us-east-1', world.environment.SQS_ENDPOINT).send(new PurgeQueueCommand({ QueueUrl: url }))

  const next = world.connector('c1')
  for (const text of texts.slice(6)) await world.send(session.id, `+${FRIEND}`, text)
  const connector = await next
  const { messages } = await until('all of it', async () => {
    const inbox = await world.phones.inbox(FRIEND)
    return inbox.messages.length >= texts.length && inbox
  })
  expect(messages.map(({ text }) => text)).toEqual(texts)
  await connector.stop()
})

test('what the queue did not take is not overtaken by what it took later', async () => {
  const friend = '4915600000003'
  const connector = await world.connector('c1')
  const session = await world.line('4915600000004')
  const queue = sqsClient(world.environment)
  onTestFinished(() => queue[Symbol.dispose]())
  let isAway = true
  const faulty: typeof queue = {
    ...queue,
    call: async (...call) => {
      if (isAway) throw new Error('the queue is away')
      return queue.call(...call)
    },
  }
  const commands = openCommands(faulty, {
    urlTemplate: world.environment.COMMAND_QUEUE_URL,
    now: systemClock,
  })
  const write = async (text: string) =>
    send({ ...world.domain, commands }, await world.find(session.id), {
      to: `+${friend}`,
      text,
      idempotencyKey: undefined,
    })
  const texts = ['lost', 'lost too', 'taken', 'taken too']
  for (const [index, text] of texts.entries()) {
    isAway = index < 2
    await write(text)
  }
  const { messages } = await until('all of it', async () => {
    const inbox = await world.phones.inbox(friend)
    return inbox.messages.length >= texts.length && inbox
  })
  expect(messages.map(({ text }) => text)).toEqual(texts)
  await connector.stop()
})

test('what was accepted before a session was stopped goes at once when it is started again, however long it rests', async () => {
  const friend = '4915600000005'
  const former = await world.connector('c1')
  const session = await world.line('4915600000006')
  await former.stop()
  const texts = ['before the stop', 'before it, too']
  for (const text of texts) await world.send(session.id, `+${friend}`, text)
  await world.ask(session.id, 'stop')
  const connector = await world.connector('c1')
  await world.untilStatus(session.id, 'inactive')
  const waiting = await backlog(world.store, session.shard)
  expect(waiting.map(({ text }) => text)).toEqual(texts)
  for (const message of waiting)
    expect(await Messages.postpone(world.store, message, Date.now() + Messages.RESTS_AT_MOST)).toBe(true)
  expect((await world.phones.inbox(friend)).messages).toEqual([])

  await world.ask(session.id, 'start')
  const { messages } = await until('both of them', async () => {
    const inbox = await world.phones.inbox(friend)
    return inbox.messages.length >= texts.length && inbox
  })
  expect(messages.map(({ text }) => text)).toEqual(texts)
  await connector.stop()
})
