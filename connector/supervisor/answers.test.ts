import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Outcome, RequestName } from '#core/contract/request.ts'
import { iso } from '#core/platform/clock.ts'
import { logger } from '#core/platform/log.ts'
import type { Connection } from '../socket/index.ts'
import { answering } from './answers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => undefined)
const MUTE = {
  state: 'open',
  ask: never,
  pairingCode: never,
  media: { setPicture: never },
} as unknown as Connection

function desk() {
  const told: Outcome[] = []
  const answer = answering({
    now: Date.now,
    log: logger('silent'),
    contentOf: never,
    fileOf: never,
    takeOut: never,
    cancel: never,
    tell: async (_id, outcome) => void told.push(outcome),
  })
  const asked = (name: RequestName, input: unknown, connection: Connection | undefined = MUTE) =>
    answer(connection, {
      requestId: 'r1',
      name,
      input,
      until: iso(Date.now() + 10_000),
      isRepeat: false,
    })
  return { told, asked }
}

test.each<[RequestName, object, Connection['state']]>([
  ['device.export', {}, 'open'],
  ['pairing.code', { phoneNumber: '4915100000001' }, 'pairing'],
  ['message.cancel', { messageId: '3EB0' }, 'open'],
  ['media.fetch', { messageId: '3EB0' }, 'open'],
  ['picture.set', { file: 'f1' }, 'open'],
  ['picture.set', {}, 'open'],
  ['group.list', {}, 'open'],
])('%s that is never done is answered in time, and lets others pass', async (name, input, state) => {
  const { told, asked } = desk()
  const done = asked(name, input, { ...MUTE, state })
  await vi.advanceTimersByTimeAsync(9_999)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await done
  expect(told).toEqual([{ failure: { code: 'timeout' } }])
})

test('without a connection the asker is told so, and what cannot be read is no request', async () => {
  const { told, asked } = desk()
  await asked('group.list', {}, { ...MUTE, state: 'connecting' })
  await asked('pairing.code', { phoneNumber: '4915100000001' })
  await asked('message.cancel', { messageId: 7 })
  expect(told).toEqual([
    { failure: { code: 'not_connected' } },
    { failure: { code: 'not_pairing' } },
    { failure: { code: 'invalid' } },
  ])
})
