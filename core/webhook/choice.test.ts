import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { placing } from '#core/campaign/place.ts'
import { tellCampaign } from '#core/campaign/tell.ts'
import { FLEET_LOG } from '#core/contract/fleet.ts'
import type { Session } from '#core/session.ts'
import { messageStatus } from '../../test/support/events.ts'
import { type Receiver, receiver, type WebhookWorld, webhookWorld } from '../../test/support/webhooks.ts'
import { append } from '../log.ts'
import { change } from './manage.ts'
import { catchUpAccount, ofAccounts } from './sweep.ts'

/** Which events an endpoint is told of beside their types: those of a campaign, those of the installation. */
let w: WebhookWorld
let session: Session
let hook: Receiver
beforeAll(async () => {
  w = await webhookWorld()
  await w.account('acme')
  await w.account('other')
})
afterAll(() => w[Symbol.asyncDispose]())
beforeEach(async () => {
  w.clock.now += 60_000
  session = await w.session('acme')
  w.clock.now += 1
  hook = await receiver()
  return () => hook[Symbol.asyncDispose]()
})

const heard = () => hook.requests.map(({ body }) => body.payload.summary ?? body.event)

describe('of campaigns', () => {
  const COUNTS = { total: 1, waiting: 1, sent: 0, delivered: 0, read: 0, failed: 0 }
  const tell = async (campaignId: string) => {
    const place = { campaignId, accountId: 'acme', sessionId: session.id }
    await w.store.transact([placing(place)])
    const payload = { name: 'sale', counts: COUNTS, summary: `about ${campaignId}` }
    await tellCampaign(w.domain, place, { type: 'campaign.started', payload })
  }

  test('only those that it names, and whatever belongs to none', async () => {
    const owner = { accountId: 'acme', sessionId: session.id }
    await w.endpoint(owner, { url: hook.url, campaigns: ['mine'] })
    w.clock.now += 1
    await tell('yours')
    await tell('mine')
    await w.happen(messageStatus(session, w.clock.now, 'M1', 'read'))
    expect(heard().sort()).toEqual(['about mine', 'message.status'])
  })

  test('all when it names none', async () => {
    const owner = { accountId: 'acme', sessionId: session.id }
    await w.endpoint(owner, { url: hook.url, events: ['campaign.*'] })
    w.clock.now += 1
    await tell('one')
    await tell('two')
    await w.tell({ ...messageStatus(session, w.clock.now, 'M1', 'read'), type: 'campaign.started' } as never)
    await w.run()
    expect(heard().sort()).toEqual(['about one', 'about two'])
  })
})

describe('of connectors', () => {
  const joined = (connectorId: string) => ({
    id: w.newEventId(),
    ...FLEET_LOG,
    timestamp: new Date(w.clock.now).toISOString(),
    type: 'connector.joined' as const,
    payload: { connectorId, startedAt: new Date(w.clock.now).toISOString() },
  })
  const fleetHook = (accountId: string, choices: object) =>
    w.endpoint({ accountId }, { url: hook.url, events: ['connector.*'], ...choices })

  test('an operator who asks for them is told', async () => {
    await fleetHook('acme', { isOperator: true })
    w.clock.now += 1
    await w.happen(joined('c1'))
    expect(hook.requests.map(({ body }) => body)).toMatchObject([
      { event: 'connector.joined', sessionId: null, payload: { connectorId: 'c1' } },
    ])
  })

  test('everything is what concerns the account', async () => {
    await fleetHook('acme', { isOperator: true, events: ['*'] })
    w.clock.now += 1
    await w.happen(joined('c2'))
    expect(heard()).toEqual([])
  })

  test('nobody else may ask, nor for a session', async () => {
    const owner = { accountId: 'acme', sessionId: session.id }
    await expect(fleetHook('other', {})).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(
      w.endpoint(owner, { url: hook.url, events: ['connector.lost'], isOperator: true }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const plain = await w.endpoint({ accountId: 'other' }, { url: hook.url })
    await expect(change(w.desk, plain, { events: ['connector.*'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  test('what was not told is found by the timed job', async () => {
    await fleetHook('acme', { isOperator: true })
    w.clock.now += 1
    await append(w.store, w.retention, [joined('c3')])
    const account = { id: 'acme', webhooks: new Date(w.clock.now).toISOString() }
    expect(
      await catchUpAccount({ store: w.store, wake: w.wake }, account, ofAccounts(w.store)),
    ).toBeGreaterThan(0)
    await w.run()
    expect(heard()).toContain('connector.joined')
  })
})
