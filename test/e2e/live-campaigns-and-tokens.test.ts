import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket as Ws } from 'ws'
import * as z from 'zod'
import { placing } from '#core/campaign/place.ts'
import { type CampaignNews, tellCampaign } from '#core/campaign/tell.ts'
import { PlatformConfig, readConfig } from '#core/platform/base-config.ts'
import { type LiveEvent, live } from '../../client/live.ts'
import { openDomain } from '../../functions/domain.ts'
import { readRecord } from '../../local/record.ts'
import { type Stack, stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

/** Campaigns over a real WebSocket of a whole system, told as whoever runs them will tell them; and who may listen. */
let it: Stack
let sessionId: string
const Told = PlatformConfig.extend({ LIVE_QUEUE_URL: z.string() })
const counts = { total: 2, waiting: 2, sent: 0, delivered: 0, read: 0, failed: 0 }

beforeAll(async () => {
  it = await stack({ env: { CONNECTORS: '0' } })
  const { body } = await it.api<{ session: { id: string } }>('/api/sessions', { json: { name: 'sales' } })
  sessionId = body.session.id
}, 120_000)
afterAll(() => it?.close())

const domain = () => openDomain(readConfig(Told, readRecord(it.dataDir)?.environment), 'test')
const place = (campaignId: string) => ({ campaignId, accountId: 'local', sessionId })
const tell = (campaignId: string, news: CampaignNews) => tellCampaign(domain(), place(campaignId), news)
const progress = (summary: string): CampaignNews => ({
  type: 'campaign.progress',
  payload: { name: 'sale', counts, summary, step: 'sending' },
})

test('a campaign is followed by its id, past a broken socket and a restart, and no other is heard of', async () => {
  await domain().store.transact(['spring', 'autumn'].map((campaignId) => placing(place(campaignId))))
  const heard: LiveEvent[] = []
  const states: string[] = []
  const client = live({
    ticket: async () =>
      (await it.api<{ url: string; ticket: string }>('/api/live/tickets', { method: 'POST' })).body,
    campaigns: ['spring', 'unheard-of'],
    onEvent: (event) => heard.push(event),
    onState: (state) => states.push(state),
  })
  await until('live', () => states.at(-1) === 'live')
  await tell('autumn', progress('not for you'))
  await tell('spring', progress('one'))
  const summaries = () => heard.map(({ payload }) => payload.summary)
  await until('the first word', () => summaries().includes('one'))
  await it.restart()
  await tell('spring', { type: 'campaign.completed', payload: { name: 'sale', counts, summary: 'two' } })
  await until('the last word', () => summaries().includes('two'))
  client.close()
  expect(summaries()).toEqual(['one', 'two'])
  expect(heard.map(({ type }) => type)).toEqual(['campaign.progress', 'campaign.completed'])
})

test('a short-lived token opens a connection and a stream, a forged one neither', async () => {
  const { body } = await it.api<{ token: string }>('/api/auth/token', { method: 'POST' })
  const forged = `${body.token.slice(0, -6)}AAAAAA`
  const knock = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const socket = new Ws(`${it.origin.replace('http', 'ws')}/live`, { headers })
    const door = await new Promise((resolve) => {
      socket.once('open', () => resolve('open'))
      socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode))
      socket.on('error', () => undefined)
    })
    socket.terminate()
    const stream = await fetch(`${it.origin}/api/sessions/${sessionId}/events/stream`, { headers })
    await stream.body?.cancel()
    return [door, stream.status]
  }
  expect(await knock(body.token)).toEqual(['open', 200])
  expect(await knock(forged)).toEqual([401, 401])
})
