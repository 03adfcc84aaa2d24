import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { append } from '#core/log.ts'
import type { Session } from '#core/session.ts'
import { RETENTION } from '../../test/support/domain.ts'
import { messageStatus } from '../../test/support/events.ts'
import { type LiveWorld, liveWorld } from '../../test/support/live.ts'
import { marking } from '../webhook/listening.ts'
import { listen } from './listening.ts'
import { tellingStore } from './telling.ts'

let w: LiveWorld
let heard: Session
let unheard: Session
let told: string[]
beforeAll(async () => {
  w = await liveWorld()
})
afterAll(() => w.close())
beforeEach(async () => {
  told = []
  heard = await w.session('acme')
  unheard = await w.session('acme')
  await listen(w.domain, heard)
})
const store = () =>
  tellingStore(w.store, { tell: async (sessions) => void told.push(...sessions.map(({ id }) => id)) })
const at = () => w.clock.now++

test('what is written to a log is told where somebody listens, once for each session', async () => {
  const events = [heard, unheard, heard].map((line) => messageStatus(line, at(), `M${at()}`, 'read'))
  await append(store(), RETENTION, events)
  expect(told).toEqual([heard.id])
  await append(store(), RETENTION, [messageStatus({ ...heard, id: 'twilio:acme' }, at(), 'M', 'read')])
  expect(told).toEqual([heard.id])
})

test('what is not written is not told, and what cannot be looked up stays written', async () => {
  const event = messageStatus(heard, at(), 'M1', 'read')
  await append(w.store, RETENTION, [event])
  await append(store(), RETENTION, [event])
  expect(told).toEqual([])
  const blind = { ...w.store, getMany: () => Promise.reject(new Error('away')) }
  const telling = tellingStore(blind, {
    tell: async (sessions) => void told.push(...sessions.map(({ id }) => id)),
  })
  const payload = { reason: 'stopped' }
  await append(telling, RETENTION, [{ ...event, id: `${event.id}.1`, type: 'session.disconnected', payload }])
  expect(told).toEqual([])
})

describe('webhooks', () => {
  const news: string[] = []
  const telling = () =>
    tellingStore(
      w.store,
      { tell: async () => undefined },
      {
        tell: async (streams) => void news.push(...streams.map(({ stream, types }) => `${stream} ${types}`)),
      },
    )
  beforeEach(() => void news.splice(0))
  const mark = (owner: { accountId: string; sessionId?: string }) =>
    w.store.transact([marking(owner, w.clock.now)])

  test('are told of logs that one listens to, of sessions and of accounts', async () => {
    await mark({ accountId: 'acme', sessionId: heard.id })
    const events = [heard, unheard].map((line) => messageStatus(line, at(), `M${at()}`, 'read'))
    await append(telling(), RETENTION, events)
    expect(news).toEqual([`${heard.id} message.status`])
  })

  test('an account that nobody listens to is asked about now and then, and not each time', async () => {
    const quiet = telling()
    const event = () => messageStatus({ id: 'twilio:acme', accountId: 'acme' }, at(), `M${at()}`, 'read')
    await append(quiet, RETENTION, [event()])
    await mark({ accountId: 'acme' })
    await append(quiet, RETENTION, [event()])
    expect(news).toEqual([])
    w.clock.now += 30_000
    await append(quiet, RETENTION, [event()])
    expect(news).toEqual(['twilio:acme message.status'])
  })
})
