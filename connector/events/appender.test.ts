import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { logger } from '#core/platform/log.ts'
import { until } from '../../test/support/until.ts'
import { Appender } from './appender.ts'

const running: Appender[] = []
afterEach(() => {
  for (const appender of running.splice(0)) appender.stop()
})

let made = 0
const event = (sessionId: string, id = `E${made++}`): Event => ({
  id,
  sessionId,
  accountId: 'a1',
  timestamp: '2026-01-01T00:00:00.000Z',
  type: 'session.created',
  payload: { name: 'x' },
})

/** A log in memory that can be slow, refuse, or hold every write until it is let go. */
function world(limits?: { events: number; writes: number }) {
  const calls: Event[][] = []
  const stored: Event[] = []
  const trouble = {
    refuse: (_events: Event[]): Error | undefined => undefined,
    hold: Promise.resolve() as Promise<void>,
  }
  let inFlight = 0
  let most = 0
  const appender = new Appender({
    async append(events) {
      calls.push(events)
      most = Math.max(most, ++inFlight)
      await trouble.hold
      inFlight--
      const error = trouble.refuse(events)
      if (error) throw error
      stored.push(...events)
    },
    now: () => Date.now(),
    log: logger('silent'),
    ...(limits ? { limits } : {}),
  })
  running.push(appender)
  return { appender, calls, stored, trouble, mostInFlight: () => most }
}
const idsOf = (events: Event[]) => events.map(({ id }) => id)

test('a promise resolves when its events are stored, and not before', async () => {
  const { appender, stored, trouble } = world()
  const gate = Promise.withResolvers<void>()
  trouble.hold = gate.promise
  let isStored = false
  const appended = appender.append('s1', [event('s1')]).then(() => {
    isStored = true
  })
  await pause(20)
  expect(isStored).toBe(false)
  gate.resolve()
  await appended
  expect(stored).toHaveLength(1)
})

test('sessions share a write, and one session has one write in flight', async () => {
  const { appender, calls, trouble } = world({ events: 10, writes: 4 })
  const gate = Promise.withResolvers<void>()
  trouble.hold = gate.promise
  const first = [appender.append('s1', [event('s1')]), appender.append('s2', [event('s2')])]
  await until('the first write', () => calls.length === 1)
  expect(calls[0]).toHaveLength(2)
  const second = appender.append('s1', [event('s1')])
  const other = appender.append('s3', [event('s3')])
  await until('the write of another session', () => calls.length === 2)
  expect(calls[1]?.map(({ sessionId }) => sessionId)).toEqual(['s3'])
  gate.resolve()
  await Promise.all([...first, second, other])
  expect(calls[2]?.map(({ sessionId }) => sessionId)).toEqual(['s1'])
})

test('order within a session is kept under load, and writes stay within their bounds', async () => {
  const { appender, calls, stored, trouble, mostInFlight } = world({ events: 10, writes: 3 })
  trouble.refuse = () => (Math.random() < 0.2 ? new Error('busy') : undefined)
  const sessions = ['s1', 's2', 's3', 's4', 's5']
  const sent = new Map(sessions.map((session) => [session, Array.from({ length: 40 }, () => event(session))]))
  const all: Promise<void>[] = []
  for (let n = 0; n < 40; n += 2)
    for (const session of sessions)
      all.push(appender.append(session, sent.get(session)?.slice(n, n + 2) ?? []))
  await Promise.all(all)
  for (const session of sessions)
    expect(idsOf(stored.filter(({ sessionId }) => sessionId === session))).toEqual(
      idsOf(sent.get(session) ?? []),
    )
  expect(mostInFlight()).toBeLessThanOrEqual(3)
  expect(Math.max(...calls.map(({ length }) => length))).toBeLessThanOrEqual(10)
})

test('a store that fails is tried until it answers, and what waits is known', async () => {
  const { appender, stored, trouble } = world()
  trouble.refuse = () => new Error('away')
  const appended = appender.append('s1', [event('s1')])
  await until('failing', () => appender.failingSince !== undefined)
  expect(appender.waiting).toBe(1)
  trouble.refuse = () => undefined
  await appended
  expect(stored).toHaveLength(1)
  expect(appender.failingSince).toBeUndefined()
  expect(appender.waiting).toBe(0)
})

test('one event that can never be stored does not hold up the others', async () => {
  const { appender, stored, trouble } = world()
  trouble.refuse = (events) => {
    if (!events.some(({ id }) => id === 'poison')) return undefined
    return Object.assign(new Error('too large'), { name: 'ValidationException' })
  }
  await Promise.all([
    appender.append('s1', [event('s1', 'before'), event('s1', 'poison'), event('s1', 'behind')]),
    appender.append('s2', [event('s2', 'other')]),
  ])
  expect(idsOf(stored).toSorted()).toEqual(['before', 'behind', 'other'])
})

test('more events than one write takes are written all the same', async () => {
  const { appender, stored } = world({ events: 3, writes: 1 })
  await appender.append(
    's1',
    Array.from({ length: 10 }, () => event('s1')),
  )
  expect(stored).toHaveLength(10)
})

test('exclusive work waits for writes in flight, and appends wait for its end', async () => {
  const { appender, calls, stored, trouble } = world()
  const gate = Promise.withResolvers<void>()
  trouble.hold = gate.promise
  const before = appender.append('s1', [event('s1', 'before')])
  await until('a write in flight', () => calls.length === 1)
  const own = appender.exclusively('s1', () => appender.store([event('s1', 'own')]))
  const after = appender.append('s1', [event('s1', 'after')])
  gate.resolve()
  await Promise.all([before, own, after])
  expect(stored.map(({ id }) => id)).toEqual(['before', 'own', 'after'])
})
