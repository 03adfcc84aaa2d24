import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MessageStatus } from '#core/contract/message.ts'
import type { Message } from '#core/message.ts'
import { iso } from '#core/platform/clock.ts'
import { logger } from '#core/platform/log.ts'
import { scriptedDevice } from '../../test/support/scripted-device.ts'
import { NO_KEYS, NO_TIMERS } from '../../test/support/supervised.ts'
import type { Draft } from '../events/order.ts'
import type { Connection } from '../socket/index.ts'
import { Outbox, type Send } from './outbox.ts'
import { ROOM } from './waiting-room.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

function world() {
  const events: Draft[] = []
  const asked: string[] = []
  const ledger = new Map<string, MessageStatus>()
  const it = scriptedDevice({ linked: true })
  const uploads: string[] = []
  const state = { isOpen: true, isMediaServerAway: false }
  const outbox = new Outbox({
    about: { sessionId: 's1', accountId: 'a1' },
    async ledger(id) {
      asked.push(id)
      const status = ledger.get(id)
      return status && ({ id, status } as Message)
    },
    keys: NO_KEYS,
    timers: NO_TIMERS,
    previews: async () => undefined,
    uploads: async (content) => {
      uploads.push(content.media?.id ?? '')
      if (state.isMediaServerAway) throw new Error('the media server is away')
      return { message: new Uint8Array() }
    },
    opened: () => (state.isOpen ? ({ state: 'open' } as Connection) : undefined),
    device: () => it.device,
    note: async (noted) => void events.push(...noted),
    now: () => Date.now(),
    log: logger('silent'),
    timing: { QUEUED_AFTER_MS: 1_000, OVERLOOKED_AFTER_MS: 3_000 },
  })
  return { outbox, it, device: it.device, events, asked, ledger, uploads, state }
}

const send = (messageId: string, change: Partial<Send> = {}): Send => ({
  messageId,
  to: '4915100000002@s.whatsapp.net',
  content: { type: 'text', text: `text of ${messageId}` },
  acceptedAt: iso(Date.now()),
  isRepeat: false,
  ...change,
})
const BOB = '4915100000003@s.whatsapp.net'
const image = (messageId: string, change: Partial<Send> = {}): Send =>
  send(messageId, {
    content: { type: 'image', media: { state: 'stored', id: `file of ${messageId}`, mimetype: 'image/png' } },
    ...change,
  })
const idsOf = (it: { accepted: { id: string }[] }) => it.accepted.map(({ id }) => id)
const told = (events: Draft[]) =>
  events.map((event) =>
    event.type === 'message.status' ? `${event.payload.messageId} ${event.payload.status}` : event.type,
  )

test('commands reach the device in their order, and the ledger is not asked about fresh ones', async () => {
  const { outbox, it, device, asked } = world()
  expect(await outbox.take(device, [send('A'), send('B'), send('C')])).toEqual(['done', 'done', 'done'])
  expect(it.accepted.map(({ id }) => id)).toEqual(['A', 'B', 'C'])
  expect(asked).toEqual([])
})

test('a repeated command is sent only when the ledger shows it as neither taken by the server nor failed', async () => {
  const { outbox, it, device, ledger } = world()
  for (const status of ['accepted', 'queued', 'sent', 'server', 'read', 'failed'] as const)
    ledger.set(status, status)
  const repeated = ['accepted', 'queued', 'sent', 'server', 'read', 'failed', 'unknown'].map((id) =>
    send(id, { isRepeat: true }),
  )
  expect(await outbox.take(device, repeated)).toEqual(Array(7).fill('done'))
  expect(it.accepted.map(({ id }) => id)).toEqual(['accepted', 'queued', 'sent'])
})

test('a command that comes late may have come on another way before, so the ledger is asked', async () => {
  const { outbox, it, device, ledger, asked } = world()
  ledger.set('late', 'server')
  await outbox.take(device, [send('late', { acceptedAt: iso(Date.now() - 2_000) })])
  expect(asked).toEqual(['late'])
  expect(it.accepted).toEqual([])
})

test('what the server has just answered is not sent again, although the ledger does not know it yet', async () => {
  const { outbox, it, device, ledger } = world()
  await outbox.take(device, [send('A')])
  outbox.settle(['A'])
  ledger.set('A', 'accepted')
  await outbox.take(device, [send('A', { isRepeat: true })])
  expect(it.accepted).toHaveLength(1)
})

test('what is on its way already needs no look into the ledger', async () => {
  const { outbox, device, asked } = world()
  await outbox.take(device, [send('A')])
  expect(await outbox.take(device, [send('A', { isRepeat: true })])).toEqual(['done'])
  expect(asked).toEqual([])
})

test('what the device does not take comes again', async () => {
  const { outbox, it, device } = world()
  it.state.acceptError = new Error('refusing')
  expect(await outbox.take(device, [send('A')])).toEqual(['later'])
  expect(outbox.factsOf('A')).toBeUndefined()
  it.state.acceptError = undefined
  expect(await outbox.take(device, [send('A')])).toEqual(['done'])
  expect(outbox.factsOf('A')).toMatchObject({
    id: 'A',
    fromMe: true,
    text: 'text of A',
    to: '+4915100000002',
  })
})

test('a message that the server has not taken after a second is shown as queued, once', async () => {
  const { outbox, it, device, events } = world()
  await outbox.take(device, [send('slow'), send('fast')])
  it.acknowledge('fast')
  outbox.settle(['fast'])
  vi.advanceTimersByTime(900)
  outbox.tick(device)
  expect(events).toEqual([])
  vi.advanceTimersByTime(200)
  outbox.tick(device)
  outbox.tick(device)
  expect(told(events)).toEqual(['slow queued'])
})

test('a message that the device does not hold durably is not shown as queued: nobody would look for it after a crash', async () => {
  const { outbox, device, events } = world()
  const durable = Promise.withResolvers<void>()
  const slow = Object.assign(Object.create(device), {
    accept: () => durable.promise,
    isWaiting: () => true,
  }) as typeof device
  const taken = outbox.take(slow, [send('A')])
  await vi.advanceTimersByTimeAsync(5_000)
  outbox.tick(slow)
  expect(events).toEqual([])
  durable.resolve()
  expect(await taken).toEqual(['done'])
  outbox.tick(slow)
  expect(told(events)).toEqual(['A queued'])
})

test('a planned end waits until the server has answered, and not for ever', async () => {
  const { outbox, it, device } = world()
  await outbox.take(device, [send('A')])
  const answered = vi.fn()
  void outbox.answered(device, 1_000).then(answered)
  await vi.advanceTimersByTimeAsync(500)
  expect(answered).not.toHaveBeenCalled()
  it.acknowledge('A')
  outbox.settle(['A'])
  await vi.advanceTimersByTimeAsync(1)
  expect(answered).toHaveBeenCalled()

  await outbox.take(device, [send('B')])
  const patience = vi.fn()
  void outbox.answered(device, 1_000).then(patience)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(patience).toHaveBeenCalled()
})

test('each message that will never be sent fails once, with the reason', async () => {
  const { outbox, events } = world()
  await outbox.fail(['A', 'B', 'A'], 'logged_out')
  expect(told(events)).toEqual(['A failed', 'B failed'])
  expect(events[0]?.payload).toMatchObject({ reason: 'logged_out' })
})

test('a file that cannot be uploaded holds up its own chat and no other', async () => {
  const { outbox, it, device, state } = world()
  state.isMediaServerAway = true
  const commands = [send('1'), image('2'), send('3'), send('other', { to: BOB }), image('4')]
  expect(await outbox.take(device, commands)).toEqual(Array(5).fill('done'))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(idsOf(it)).toEqual(['1', 'other'])
  state.isMediaServerAway = false
  await vi.advanceTimersByTimeAsync(20_000)
  expect(idsOf(it)).toEqual(['1', 'other', '2', '3', '4'])
})

test('a file that can never be uploaded fails by name, and what came behind it goes on', async () => {
  const { outbox, it, device, state, events } = world()
  state.isMediaServerAway = true
  await outbox.take(device, [image('1'), send('2')])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told(events)).toContain('1 failed')
  expect(events.find(({ payload }) => 'reason' in payload)?.payload).toMatchObject({
    reason: 'media_not_uploaded',
  })
  expect(idsOf(it)).toEqual(['2'])
})

test('without a connection no attempt counts, and the first moment of one is used', async () => {
  const { outbox, it, device, state, uploads } = world()
  state.isOpen = false
  await outbox.take(device, [image('1')])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(uploads).toEqual([])
  state.isOpen = true
  outbox.resume()
  await vi.advanceTimersByTimeAsync(1)
  expect(idsOf(it)).toEqual(['1'])
})

test('what waits in its chat and comes once more is sent once', async () => {
  const { outbox, it, device, state, ledger } = world()
  state.isMediaServerAway = true
  ledger.set('1', 'accepted')
  await outbox.take(device, [image('1')])
  expect(await outbox.take(device, [image('1', { isRepeat: true })])).toEqual(['done'])
  state.isMediaServerAway = false
  await vi.advanceTimersByTimeAsync(20_000)
  expect(idsOf(it)).toEqual(['1'])
})

test('what has failed meanwhile is not sent when its turn comes', async () => {
  const { outbox, it, device, state } = world()
  state.isMediaServerAway = true
  await outbox.take(device, [image('1'), send('2')])
  await outbox.fail(['1', '2'], 'logged_out')
  state.isMediaServerAway = false
  await vi.advanceTimersByTimeAsync(20_000)
  expect(it.accepted).toEqual([])
})

test('with too many that wait the queue keeps the others, in their order', async () => {
  const { outbox, device, state } = world()
  state.isOpen = false
  const full = Array.from({ length: ROOM }, (_, n) => image(`${n}`))
  expect(await outbox.take(device, full)).toEqual(Array(ROOM).fill('done'))
  expect(await outbox.take(device, [send('next'), send('other', { to: BOB })])).toEqual(['later', 'later'])
})

test('what the device has and has not sent is taken back there', async () => {
  const { outbox, it, device } = world()
  await outbox.take(device, [send('A')])
  expect(await outbox.cancel('A')).toBe(true)
  expect(device.isWaiting('A')).toBe(false)
  expect(it.accepted.map(({ id }) => id)).toEqual(['A'])
})

test('what waits in its chat is taken back, and what came behind it goes on', async () => {
  const { outbox, it, device, state, events } = world()
  state.isMediaServerAway = true
  await outbox.take(device, [image('1'), send('2'), send('3')])
  for (const id of ['1', '3']) expect(await outbox.cancel(id)).toBe(true)
  expect(told(events)).toEqual(['1 failed', '3 failed'])
  expect(events[0]?.payload).toMatchObject({ reason: 'cancelled' })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(idsOf(it)).toEqual(['2'])
  expect(await outbox.cancel('1')).toBe(false)
})

test('what has not even come is taken back before it does', async () => {
  const { outbox, it, device, ledger } = world()
  ledger.set('1', 'accepted')
  expect(await outbox.cancel('1')).toBe(true)
  expect(await outbox.take(device, [send('1')])).toEqual(['done'])
  expect(it.accepted).toEqual([])
})

test('what has left, or nobody knows, is not taken back', async () => {
  const { outbox, ledger, events } = world()
  ledger.set('1', 'server')
  expect([await outbox.cancel('1'), await outbox.cancel('unknown')]).toEqual([false, false])
  expect(events).toEqual([])
})

test('a message that is queued says why', async () => {
  const { outbox, it, device, events } = world()
  it.waits.set('A', { reason: 'pacing', until: Date.now() + 60_000 }).set('B', { reason: 'restricted' })
  await outbox.take(device, [send('A'), send('B'), send('C')])
  vi.advanceTimersByTime(1_100)
  outbox.tick(device)
  expect(events.map(({ payload }) => 'waiting' in payload && payload.waiting)).toEqual([
    { reason: 'pacing', until: '2026-01-01T00:01:00.000Z' },
    { reason: 'restricted' },
    false,
  ])
})
