import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { tenant } from '../../../test/support/twilio-api.ts'
import { fakeTwilio, SECRET, SID } from '../../../test/support/twilio-rest.ts'

let w: World
let twilio: Awaited<ReturnType<typeof fakeTwilio>>
beforeAll(async () => {
  twilio = await fakeTwilio()
  const env = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: SECRET, TWILIO_API_URL: twilio.url }
  w = await apiWorld({ env })
})
afterAll(async () => {
  await Promise.all([w.close(), twilio.close()])
})

test('analytics count what happened, exactly, by day and hour', async () => {
  const { call, says } = await tenant(w)
  w.clock.now = Date.UTC(2026, 2, 1, 9)
  const details = { items: [{ name: 'tea', quantity: 1 }] }
  const one = await says('+15550000001', 'tea', details)
  w.clock.now += 60_000
  await call('POST', `/api/conversations/${one.id}/messages`, { text: 'noted' })
  w.clock.now += 60_000
  await says('+15550000001', 'thanks')
  w.clock.now += 180_000
  await call('POST', `/api/conversations/${one.id}/messages`, { text: 'bye' })
  await call('POST', `/api/conversations/${one.id}/complete`)
  w.clock.now = Date.UTC(2026, 2, 1, 23, 30)
  await says('+15550000002')
  w.clock.now = Date.UTC(2026, 2, 3, 1)
  await says('+15550000003', 'tea', details)
  const { analytics } = (await call('GET', '/api/conversations/analytics?from=2026-03-01&to=2026-03-03')).body
  expect(analytics).toMatchObject({
    from: '2026-03-01',
    to: '2026-03-03',
    conversations: { started: 3, completed: 1, expired: 1 },
    durations: { count: 2, averageMs: 150_000 },
    messages: { total: 6, inbound: 4, outbound: 2, system: 0 },
    replies: { count: 2, averageMs: 120_000, first: { count: 1, averageMs: 60_000 } },
    agentReplies: { count: 2, averageMs: 120_000, first: { count: 1, averageMs: 60_000 } },
    orders: { started: 2, completed: 1, completionRate: 0.5, extractionFailures: 0 },
    byDay: [
      {
        date: '2026-03-01',
        started: 2,
        completed: 1,
        expired: 0,
        inbound: 3,
        outbound: 2,
        orders: 1,
        ordersCompleted: 1,
      },
      { date: '2026-03-02', started: 0, expired: 1, inbound: 0 },
      { date: '2026-03-03', started: 1, expired: 0, inbound: 1, orders: 1 },
    ],
  })
  const hours = analytics.byHour.filter(({ inbound, started }) => inbound + started > 0)
  expect(hours).toEqual([
    { hour: 1, started: 1, inbound: 1, outbound: 0 },
    { hour: 9, started: 1, inbound: 2, outbound: 2 },
    { hour: 23, started: 1, inbound: 1, outbound: 0 },
  ])
  expect(analytics.byHour).toHaveLength(24)
  const later = (await call('GET', '/api/conversations/analytics?from=2026-03-02&to=2026-03-02')).body
    .analytics
  expect(later).toMatchObject({ conversations: { started: 0, expired: 1 }, orders: { completionRate: null } })
  expect((await call('GET', '/api/conversations/analytics')).body.analytics).toMatchObject({
    to: '2026-03-03',
    messages: { total: 6 },
  })
  for (const query of ['from=2026-03-02&to=2026-03-01', 'from=2020-01-01&to=2026-01-01', 'from=x'])
    expect((await call('GET', `/api/conversations/analytics?${query}`)).status).toBe(400)
})

test('settings have defaults and are checked', async () => {
  const { call } = await tenant(w)
  const defaults = {
    orders: { twilio: true, sessions: false },
    replies: { twilio: true, sessions: false },
    templates: { order: '✅ Order received: {items}', other: null, later: null },
  }
  expect((await call('GET', '/api/conversations/settings')).body.settings).toEqual(defaults)
  const put = (body: Record<string, unknown>) => call('PUT', '/api/conversations/settings', body)
  expect((await put({ templates: { other: 'Hello {customer}' } })).body.settings).toEqual({
    ...defaults,
    templates: { ...defaults.templates, other: 'Hello {customer}' },
  })
  expect((await call('GET', '/api/conversations/settings')).body.settings.templates.other).toBe(
    'Hello {customer}',
  )
  expect((await put({ templates: { order: '{itmes}' } })).body).toMatchObject({ code: 'VALIDATION_ERROR' })
})
