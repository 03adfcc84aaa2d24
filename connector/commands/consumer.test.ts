import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#core/platform/clock.ts'
import { logger } from '#core/platform/log.ts'
import { openCommands, queueUrl } from '#core/platform/queue.ts'
import { commandQueues } from '../../test/support/queues.ts'
import { until } from '../../test/support/until.ts'
import type { Outcome } from '../supervisor/outbox.ts'
import { Consumer, type Received } from './consumer.ts'

let queues: Awaited<ReturnType<typeof commandQueues>>
let end: AbortController
let consumer: Consumer | undefined

beforeEach(async () => {
  queues = await commandQueues()
  end = new AbortController()
})
afterEach(async () => {
  consumer?.stop()
  end.abort()
  await queues[Symbol.asyncDispose]()
})

const commands = () => openCommands(queues.sqs, { urlTemplate: queues.urlTemplate, now: systemClock })
const url = () => queueUrl(queues.urlTemplate, 0)
const send = (sessionId: string, messageId: string) =>
  commands().send(
    { accountId: 'a1', sessionId, shard: 0 },
    {
      type: 'message.send',
      messageId,
      to: 'x',
      text: 'y',
      acceptedAt: new Date().toISOString(),
      again: false,
    },
    messageId,
  )

function consume(handle: (sessionId: string, commands: Received[]) => Promise<Outcome[]>, queue = url()) {
  consumer = new Consumer({
    sqs: queues.sqs,
    url: queue,
    waitSeconds: 1,
    end: end.signal,
    handle,
    now: systemClock,
    log: logger('silent'),
  })
  consumer.start()
  return consumer
}
const idsOf = (received: Received[]) => received.map(({ id }) => id)

test('commands of one session come in order, and leave the queue when they are done', async () => {
  const seen: string[] = []
  for (const id of ['A1', 'A2', 'A3']) await send('s1', id)
  consume(async (_session, received) => {
    seen.push(...idsOf(received))
    return received.map(() => 'done')
  })
  await until('all of them', () => seen.length === 3)
  await send('s1', 'A4')
  await until('the next one', () => seen.length === 4)
  expect(seen).toEqual(['A1', 'A2', 'A3', 'A4'])
})

test('a session that is slow does not hold up another one', async () => {
  const seen: string[] = []
  const slow = Promise.withResolvers<void>()
  await send('slow', 'B1')
  consume(async (sessionId, received) => {
    if (sessionId === 'slow') await slow.promise
    seen.push(...idsOf(received))
    return received.map(() => 'done')
  })
  await send('quick', 'B2')
  await until('the quick one', () => seen.includes('B2'))
  expect(seen).toEqual(['B2'])
  slow.resolve()
  await until('the slow one', () => seen.includes('B1'))
})

test('what is not done comes again, marked as a repetition', async () => {
  const seen: Received[] = []
  await send('s2', 'C1')
  consume(async (_session, received) => {
    seen.push(...received)
    return received.map(() => (seen.length < 2 ? 'later' : 'done'))
  })
  await until('the second time', () => seen.length === 2)
  expect(seen.map(({ isRepeat }) => isRepeat)).toEqual([false, true])
})

test('a body that is no command is set aside after a while and does not hold up other sessions', async () => {
  const poison = {
    QueueUrl: url(),
    MessageBody: '{"not":"ours"}',
    MessageGroupId: 's3',
    MessageDeduplicationId: 'poison',
  }
  await queues.client.send(new SendMessageCommand(poison))
  await send('s4', 'D1')
  const seen: string[] = []
  consume(async (_session, received) => {
    seen.push(...idsOf(received))
    return received.map(() => 'done')
  })
  await until('the good one', () => seen.includes('D1'))
  expect(seen).toEqual(['D1'])
})

test('after the stop nothing is taken, and what a look still finds is given back', async () => {
  const taken: string[] = []
  const first = consume(async (_session, received) => {
    taken.push(...idsOf(received))
    return received.map(() => 'done')
  })
  first.stop()
  await first.finished()
  await send('s5', 'E1')
  const seen: string[] = []
  consume(async (_session, received) => {
    seen.push(...idsOf(received))
    return received.map(() => 'done')
  })
  await until('the next owner has it', () => seen.includes('E1'))
  expect(taken).toEqual([])
})

test('a queue that is missing is asked again until it is there', async () => {
  const seen: string[] = []
  const missing = consume(async () => [], url().replace('-0.', '-99.'))
  await until('failing', () => missing.failingSince !== undefined)
  missing.stop()
  const away = consume(async (_session, received) => {
    seen.push(...idsOf(received))
    return received.map(() => 'done')
  })
  await send('s6', 'F1')
  await until('answering', () => seen.includes('F1'))
  expect(away.failingSince).toBeUndefined()
})
