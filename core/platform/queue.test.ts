import { expect, test } from 'vitest'
import { until } from '../../test/support/until.ts'
import { decode } from '../contract/command.ts'
import type { Sqs } from './aws/sqs.ts'
import { openConcealing } from './concealed.ts'
import { shardOf } from './id.ts'
import { openCommands, queueUrl, type Recipient } from './queue.ts'

type Entry = { Id: string; MessageBody: string; MessageGroupId: string; MessageDeduplicationId: string }
type Batch = { QueueUrl: string; Entries: Entry[] }

/** A client whose batches are kept; `refuse` fails single entries by their deduplication id, `taken` whole batches. */
function world(
  refuse: (id: string) => boolean = () => false,
  taken: () => Promise<void> | void = () => undefined,
  content?: string[],
) {
  const clock = { now: 0 }
  const batches: Batch[] = []
  const sqs: Sqs = {
    call: async (operation, input) => {
      if (operation !== 'SendMessageBatch') throw new Error('only batches are sent')
      const batch = input as Batch
      batches.push(batch)
      await taken()
      const failed = batch.Entries.filter(({ MessageDeduplicationId: id }) => refuse(id))
      const Failed = failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }))
      return { Successful: [], Failed } as never
    },
    [Symbol.dispose]: () => undefined,
  }
  const commands = openCommands(sqs, { urlTemplate: 'https://q/{shard}', now: () => clock.now, content })
  const sendTo = (to: Recipient, id: string, text = 'x') =>
    commands.send(
      to,
      {
        type: 'message.send',
        messageId: id,
        to: 'x@s.whatsapp.net',
        text,
        acceptedAt: '2026-01-01T00:00:00.000Z',
        again: false,
      },
      id,
    )
  const send = (sessionId: string, id: string, text?: string) =>
    sendTo({ accountId: 'a', sessionId, shard: shardOf(sessionId, 4) }, id, text)
  return { clock, batches, send, sendTo }
}
const idsOf = ({ Entries }: Batch) => Entries.map(({ MessageDeduplicationId }) => MessageDeduplicationId)

test('what is sent in one turn travels together: ten at most, in order, by shard and session', async () => {
  const w = world()
  await Promise.all(Array.from({ length: 23 }, (_, n) => w.send('one', `m${n}`)))
  expect(w.batches.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3])
  expect(w.batches.flatMap(idsOf)).toEqual(Array.from({ length: 23 }, (_, n) => `m${n}`))
  const url = queueUrl('https://q/{shard}', shardOf('one', 4))
  expect(new Set(w.batches.map(({ QueueUrl }) => QueueUrl))).toEqual(new Set([url]))
  const groups = w.batches.flatMap(({ Entries }) => Entries.map(({ MessageGroupId }) => MessageGroupId))
  expect(new Set(groups)).toEqual(new Set(['one']))
})

test('a batch keeps to the bytes that a queue takes', async () => {
  const w = world()
  await Promise.all(Array.from({ length: 5 }, (_, n) => w.send('one', `m${n}`, 'x'.repeat(100_000))))
  expect(w.batches.map(({ Entries }) => Entries.length)).toEqual([2, 2, 1])
})

test('an entry that the queue refuses fails alone', async () => {
  const w = world((id) => id === 'm1')
  const sent = await Promise.allSettled(['m0', 'm1', 'm2'].map((id) => w.send('one', id)))
  expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(sent[1]).toMatchObject({ reason: { code: 'DEPENDENCY_UNAVAILABLE' } })
})

test('what comes while a batch is on its way is the next one, and overtakes nothing', async () => {
  const gate = Promise.withResolvers<void>()
  const w = world(undefined, () => (w.batches.length === 1 ? gate.promise : undefined))
  const first = w.send('one', 'm0')
  await until('batch 1', () => w.batches.length === 1)
  const others: Promise<void>[] = []
  for (let n = 1; n < 6; n++) {
    others.push(w.send('one', `m${n}`))
    await new Promise(setImmediate)
  }
  expect(w.batches).toHaveLength(1)
  gate.resolve()
  await Promise.all([first, ...others])
  expect(w.batches.map(idsOf)).toEqual([['m0'], ['m1', 'm2', 'm3', 'm4', 'm5']])
})

test('behind a batch that was not taken nothing waits, and the next command is tried again', async () => {
  let isAway = true
  const w = world(undefined, () => {
    if (isAway) throw new Error('away')
  })
  const sent = await Promise.allSettled(Array.from({ length: 25 }, (_, n) => w.send('one', `m${n}`)))
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(w.batches).toHaveLength(1)
  isAway = false
  await w.send('one', 'm25')
  expect(w.batches.map(({ Entries }) => Entries.length)).toEqual([10, 1])
})

test('a session keeps its queue when there are more shards than at its birth', async () => {
  const w = world()
  await w.sendTo({ accountId: 'a', sessionId: 'old', shard: 3 }, 'm1')
  expect(w.batches.map(({ QueueUrl }) => QueueUrl)).toEqual(['https://q/3'])
})

test('what follows something that was not taken says so for a while, in its session alone', async () => {
  const w = world((id) => id === 'm1')
  await expect(w.send('one', 'm1')).rejects.toThrow()
  await Promise.all([w.send('one', 'm2'), w.send('two', 'm3')])
  const behind = w.batches
    .flatMap(({ Entries }) => Entries)
    .map(({ MessageDeduplicationId: id, MessageBody }) => [id, decode(MessageBody).behind])
  expect(Object.fromEntries(behind)).toEqual({ m1: undefined, m2: true, m3: undefined })
  w.clock.now += 60_000
  await w.send('one', 'm4')
  expect(decode(w.batches.at(-1)!.Entries[0]!.MessageBody).behind).toBeUndefined()
})

test('what is asked of a session that keeps all sealed is sealed, and opens where it is meant for alone', async () => {
  const content = ['ab'.repeat(32)]
  const w = world(undefined, undefined, content)
  await w.sendTo({ accountId: 'a', sessionId: 'one', shard: 0, encrypted: true }, 'm1', 'a secret')
  const body = w.batches[0]?.Entries[0]?.MessageBody ?? ''
  expect(JSON.parse(body)).toEqual({
    v: 4,
    id: 'm1',
    accountId: 'a',
    sessionId: 'one',
    sentAt: expect.any(String),
    sealed: expect.any(String),
  })
  expect(Buffer.from(JSON.parse(body).sealed, 'base64').includes('secret')).toBe(false)
  const { openedAlone } = openConcealing(content)
  expect(decode(body, openedAlone)).toMatchObject({
    v: 1,
    command: { type: 'message.send', text: 'a secret' },
  })
  expect(() => decode(body)).toThrow()
  expect(() => decode(body.replace('"id":"m1"', '"id":"m2"'), openedAlone)).toThrow('does not open')
})
