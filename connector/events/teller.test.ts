import { expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import { EventJob } from '#core/contract/job.ts'
import type { Fed } from '#core/conversation/feed-directly.ts'
import { hiddenEvent } from '#core/hidden.ts'
import type { Job } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { Settings } from '#core/session.ts'
import { messageStatus, received, sent } from '../../test/support/events.ts'
import { until } from '../../test/support/until.ts'
import { teller } from './teller.ts'

const LINE = { id: 's1', accountId: 'acme' }
const ON = { ...LINE, settings: Settings.parse({}) }
const OFF = { ...LINE, settings: Settings.parse({ conversations: false }) }
const now = Date.UTC(2026, 0, 1)

const nothing = async (left: Event[]): Promise<Fed> => ({ left, written: [] })

function telling(send?: () => Promise<void>, feed: (events: Event[]) => Promise<Fed> = nothing) {
  const batches: Job[][] = []
  const jobs = {
    async send(batch: Job[]) {
      batches.push(batch)
      await send?.()
    },
  }
  const told = () => batches.flat().flatMap(({ body }) => EventJob.parse(JSON.parse(body)).events)
  const heard: string[] = []
  const tell = teller({
    jobs,
    feed,
    onWritten: ({ id }, events) => heard.push(`${id} ${events.map(({ type }) => type)}`),
    log: logger('silent'),
  })
  return { batches, told, heard, tell }
}

test('messages of one turn travel together; groups, states and sessions that want none stay at home', async () => {
  const { batches, told, tell } = telling()
  const wanted: Event[] = [received(LINE, now, { text: 'in' }), sent(LINE, now, { text: 'out' })]
  tell(ON, [...wanted, messageStatus(LINE, now, 'id', 'read'), received(LINE, now, { chatId: '1203@g.us' })])
  tell(ON, [received(LINE, now, { text: 'more' })])
  tell(OFF, [received(LINE, now, { text: 'private' })])
  await until('they are told', () => batches.length > 0)
  expect(batches).toHaveLength(1)
  expect(told().map((event) => 'message' in event.payload && event.payload.message.text)).toEqual([
    'in',
    'out',
    'more',
  ])
})

test('many and long messages are cut into notes that the queue takes', async () => {
  const { batches, told, tell } = telling()
  tell(ON, [
    ...Array.from({ length: 90 }, () => received(LINE, now)),
    ...Array.from({ length: 5 }, () => received(LINE, now, { text: 'x'.repeat(65_000) })),
  ])
  await until('they are told', () => batches.length > 0)
  expect(told()).toHaveLength(95)
  for (const { body } of batches.flat()) expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024)
})

test('a queue that is down disturbs nobody, and is told the next ones', async () => {
  let isDown = true
  const { batches, tell } = telling(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()))
  tell(ON, [received(LINE, now)])
  await until('it was tried', () => batches.length === 1)
  isDown = false
  tell(ON, [received(LINE, now)])
  await until('it is tried again', () => batches.length === 2)
})

test('a few are written at once, and listeners hear what was written; only what is left goes to the queue', async () => {
  const taken: Event[][] = []
  const { batches, told, heard, tell } = telling(undefined, async (events) => {
    taken.push(events)
    const [first, ...left] = events
    const written = { ...received(LINE, now), pk: 'SESSION#s1', sk: first?.id ?? '' }
    return { left, written: [written] }
  })
  tell(ON, [received(LINE, now, { text: 'simple' }), received(LINE, now, { text: 'an order' })])
  await until('the rest is told', () => batches.length === 1)
  expect(taken.map(({ length }) => length)).toEqual([2])
  expect(told().map((event) => 'message' in event.payload && event.payload.message.text)).toEqual([
    'an order',
  ])
  expect(heard).toEqual(['s1 message.received'])
})

test('listeners also hear what is sealed in the log: a conversation of a session that was encrypted for a time', async () => {
  const { batches, heard, tell } = telling(undefined, async (left) => {
    const event = { ...received(LINE, now), encrypted: true as const }
    return { left, written: [{ ...hiddenEvent(event), pk: 'SESSION#s1', sk: event.id }] }
  })
  tell(ON, [received(LINE, now)])
  await until('the rest is told', () => batches.length === 1)
  expect(heard).toEqual(['s1 message.received'])
})

test('many are left to those who work in batches', async () => {
  const { told, tell } = telling(undefined, () => Promise.reject(new Error('not with so many')))
  tell(
    ON,
    Array.from({ length: 11 }, () => received(LINE, now)),
  )
  await until('they are told', () => told().length === 11)
})

test('what could not be written goes to the queue', async () => {
  const { told, tell } = telling(undefined, () => Promise.reject(new Error('the store is down')))
  tell(ON, [received(LINE, now, { text: 'hello' })])
  await until('it is told', () => told().length === 1)
})
