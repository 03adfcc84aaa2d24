import { expect, test } from 'vitest'
import type { Event } from '#core/contract/event.ts'
import type { Jobs } from '#core/platform/jobs.ts'
import { logger } from '#core/platform/log.ts'
import { News } from '#core/webhook/job.ts'
import { received } from '../../test/support/events.ts'
import { until } from '../../test/support/until.ts'
import { webhookTeller } from './webhooks.ts'

const AT = Date.UTC(2026, 0, 1)
const listened = { id: 's1', accountId: 'acme', webhooks: '2026-01-01T00:00:00.000Z' }
const other = { ...listened, id: 's2' }
const message = () => received(listened, AT)
const presence = (): Event => ({
  id: 'P',
  sessionId: 's1',
  accountId: 'acme',
  timestamp: new Date(AT).toISOString(),
  type: 'presence.update',
  payload: { chatId: 'c', participant: 'p', state: 'composing' },
})

function telling(fails = 0) {
  const told: News[] = []
  let failures = fails
  const jobs: Jobs = {
    async send(all) {
      if (failures-- > 0) throw new Error('the queue is away')
      told.push(...all.map(({ body }) => News.parse(JSON.parse(body))))
    },
  }
  const again = function* () {
    for (;;) yield async () => undefined
  }
  return { told, tell: webhookTeller(jobs, logger('silent'), again) }
}

test('one note for all that happens in one turn, with each session once', async () => {
  const { told, tell } = telling()
  for (let n = 0; n < 50; n++) tell(listened, [message()])
  tell(other, [message()])
  await until('a note', () => told.length > 0)
  const types = ['message.received']
  expect(told).toEqual([
    {
      v: 1,
      volatile: [],
      streams: [
        { accountId: 'acme', stream: 's1', types },
        { accountId: 'acme', stream: 's2', types },
      ],
    },
  ])
})

test('nobody is told of a session that no webhook listens to', async () => {
  const { told, tell } = telling()
  const { webhooks: _, ...silent } = listened
  tell(silent, [message()])
  tell(listened, [])
  await new Promise(setImmediate)
  expect(told).toEqual([])
})

test('what is in no log travels whole, and makes no news of the log', async () => {
  const { told, tell } = telling()
  tell(listened, [presence()])
  await until('a note', () => told.length > 0)
  expect(told[0]?.streams).toEqual([])
  expect(told[0]?.volatile.map(({ type }) => type)).toEqual(['presence.update'])
})

test('what the queue did not take is told again, without what is volatile', async () => {
  const { told, tell } = telling(3)
  tell(listened, [message(), presence()])
  await until('a note', () => told.length > 0)
  expect(told.map(({ streams, volatile }) => [streams.map(({ stream }) => stream), volatile])).toEqual([
    [['s1'], []],
  ])
})
