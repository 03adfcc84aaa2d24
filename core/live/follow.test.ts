import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Session } from '#core/session.ts'
import { messageStatus } from '../../test/support/events.ts'
import { type LiveWorld, liveWorld } from '../../test/support/live.ts'
import { placing } from '../campaign/place.ts'
import { tellCampaign } from '../campaign/tell.ts'
import { append } from '../log.ts'
import { linkKey } from '../media/link.ts'
import * as Subscriptions from './subscription.ts'

let w: LiveWorld
let session: Session
let connections = 0
beforeAll(async () => {
  w = await liveWorld()
})
afterAll(() => w.close())
beforeEach(async () => {
  w.clock.now += 60_000
  w.due.length = 0
  session = await w.session('acme')
})

const COUNTS = { total: 3, waiting: 3, sent: 0, delivered: 0, read: 0, failed: 0 }

async function campaign(campaignId: string) {
  const place = { campaignId, accountId: 'acme', sessionId: session.id }
  await w.store.transact([placing(place)])
  return {
    progress: async (summary: string) => {
      const payload = { name: 'sale', counts: COUNTS, summary, step: 'sending' as const }
      await tellCampaign(w.deps, place, { type: 'campaign.progress', payload })
      await w.push(session.id)
    },
  }
}
async function opened(account = 'acme'): Promise<string> {
  const id = `f${++connections}`
  await w.open(id, account)
  return id
}
async function following(...campaigns: string[]): Promise<string> {
  const id = await opened()
  await w.say(id, { type: 'subscribe', campaigns })
  return id
}
const summaries = (id: string): unknown[] =>
  w.saidAs(id, 'events').flatMap(({ events }) => events.map(({ type, payload }) => payload.summary ?? type))

test('who follows a campaign hears of it, of no other, and of nothing else in its session', async () => {
  const [spring, autumn] = [await campaign('spring'), await campaign('autumn')]
  const id = await following('spring')
  expect(Object.keys(w.saidAs(id, 'subscribed')[0]?.sessions ?? {})).toEqual([session.id])
  await append(w.store, w.retention, [messageStatus(session, w.clock.now, 'M1', 'read')])
  await spring.progress('one of three')
  await autumn.progress('not for you')
  expect(summaries(id)).toEqual(['one of three'])
})

test('one more is followed where it stands, and both of a session come in one stream', async () => {
  const [one, two] = [await campaign('one'), await campaign('two')]
  const id = await following('one')
  await one.progress('a')
  await w.say(id, { type: 'subscribe', campaigns: ['two'] })
  await two.progress('b')
  await one.progress('c')
  expect(summaries(id)).toEqual(['a', 'b', 'c'])
})

test('a session that is heard of stays heard of, with its filter, and the other way round', async () => {
  const sale = await campaign('sale')
  const id = await opened()
  const ofStatus = { type: 'subscribe', sessions: [session.id], events: ['message.status'] }
  await w.say(id, ofStatus)
  await w.say(id, { type: 'subscribe', campaigns: ['sale'] })
  await w.say(id, ofStatus)
  await append(w.store, w.retention, [messageStatus(session, w.clock.now++, 'M1', 'read')])
  await sale.progress('on its way')
  expect(summaries(id)).toEqual(['message.status', 'on its way'])
})

test('who was away goes on behind its cursor', async () => {
  const sale = await campaign('again')
  const first = await following('again')
  const cursor = w.saidAs(first, 'subscribed')[0]?.sessions[session.id]
  await w.leave(first)
  await sale.progress('missed')
  const second = await opened()
  await w.say(second, { type: 'subscribe', campaigns: ['again'], after: { [session.id]: cursor } })
  await w.run()
  expect(summaries(second)).toEqual(['missed'])
})

test('a campaign is not followed any more when that is said', async () => {
  const sale = await campaign('left')
  const id = await following('left')
  await w.say(id, { type: 'unsubscribe', campaigns: ['left'] })
  expect(w.saidAs(id, 'unsubscribed')).toEqual([{ type: 'unsubscribed', sessions: [session.id] }])
  expect(await Subscriptions.ofSession(w.store, session.id)).toEqual([])
  await sale.progress('unheard')
  expect(summaries(id)).toEqual([])
})

test("a campaign of somebody else's, or of nobody, is not there", async () => {
  await campaign('ours')
  const id = await opened('other')
  await w.say(id, { type: 'subscribe', campaigns: ['ours', 'none'] })
  expect(w.saidAs(id, 'error')).toMatchObject([
    { code: 'CAMPAIGN_NOT_FOUND', details: { campaigns: ['ours', 'none'] } },
  ])
})

test('a frame that names neither sessions nor campaigns is refused', async () => {
  const id = await opened()
  await w.say(id, { type: 'subscribe', events: ['campaign.*'] })
  expect(w.saidAs(id, 'error')).toMatchObject([{ code: 'VALIDATION_ERROR' }])
})

test('a file that is told of has its link', async () => {
  await linkKey(w.store)
  const id = await opened()
  await w.say(id, { type: 'subscribe', sessions: [session.id] })
  const media = { id: `${session.id}-${'0'.repeat(26)}`, state: 'stored' as const, mimetype: 'image/png' }
  const target = { messageId: 'M1', fromMe: false }
  const { payload: _, ...about } = messageStatus(session, w.clock.now, 'M1', 'read')
  await append(w.store, w.retention, [
    { ...about, type: 'message.media', payload: { chatId: 'c', target, media } },
  ])
  await w.push(session.id)
  const [event] = w.saidAs(id, 'events').flatMap(({ events }) => events)
  expect(event?.payload.media).toMatchObject({
    ...media,
    url: expect.stringMatching(/^http:.*\/media\/.*signature=/),
  })
})
