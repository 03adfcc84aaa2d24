import { expect, test } from 'vitest'
import type { Outcome, Send } from '../supervisor/outbox.ts'
import type { Received } from './consumer.ts'
import { type Recipient, route } from './route.ts'

const envelope = { v: 1 as const, accountId: 'a1', sessionId: 's1', sentAt: '2026-01-01T00:00:00.000Z' }
const intent = (id: string): Received => ({
  ...envelope,
  id,
  isRepeat: false,
  command: { type: 'session.intent' },
})
const send = (messageId: string, marks: { isRepeat?: boolean; again?: boolean } = {}): Received => ({
  ...envelope,
  id: messageId,
  isRepeat: marks.isRepeat ?? false,
  command: {
    type: 'message.send',
    messageId,
    to: '4915100000002@s.whatsapp.net',
    text: 'x',
    acceptedAt: envelope.sentAt,
    again: marks.again ?? false,
  },
})

function recipient(outcome: (send: Send) => Outcome = () => 'done') {
  const calls: string[] = []
  const taken: Send[] = []
  const it: Recipient = {
    look: async () => void calls.push('look'),
    answer: async ({ name }) => void calls.push(`answer ${name}`),
    take: async (sends) => {
      calls.push(`take ${sends.map(({ messageId }) => messageId).join(' ')}`)
      taken.push(...sends)
      return sends.map(outcome)
    },
  }
  return { it, calls, taken }
}

test('messages that follow each other are taken together, an intent before those behind it', async () => {
  const { it, calls } = recipient()
  const outcomes = await route(it, [send('A'), send('B'), intent('i'), send('C')])
  expect(calls).toEqual(['take A B', 'look', 'take C'])
  expect(outcomes).toEqual(['done', 'done', 'done', 'done'])
})

test('handed out again by the queue or carried again by the sweeper: both count as repeated', async () => {
  const { it, taken } = recipient()
  await route(it, [send('A'), send('B', { isRepeat: true }), send('C', { again: true })])
  expect(taken.map(({ isRepeat }) => isRepeat)).toEqual([false, true, true])
})

test('what comes behind a command that has to come again comes again too', async () => {
  const { it } = recipient(({ messageId }) => (messageId === 'B' ? 'later' : 'done'))
  expect(await route(it, [send('A'), send('B'), send('C'), intent('i')])).toEqual([
    'done',
    'later',
    'later',
    'later',
  ])
})

test('a request is answered, in its place', async () => {
  const { it, calls } = recipient()
  const command = {
    type: 'session.request' as const,
    requestId: 'r',
    name: 'group.list' as const,
    input: {},
    until: envelope.sentAt,
  }
  expect(await route(it, [send('A'), { ...envelope, id: 'r', isRepeat: false, command }])).toEqual([
    'done',
    'done',
  ])
  expect(calls).toEqual(['answer group.list', 'take A'])
})
