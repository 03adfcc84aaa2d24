import { afterAll, beforeAll, expect, test } from 'vitest'
import { redeem } from '#core/live/ticket.ts'
import { tokenKey } from '#core/token.ts'
import { apiWorld, type World } from '../../../test/support/api.ts'
import { sseOf } from './sse.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test('a ticket is given to who has a token, on its behalf', async () => {
  const { status, body } = await w.request('POST', '/api/live/tickets')
  const { ticket, expiresAt, url } = body as unknown as Record<'ticket' | 'expiresAt' | 'url', string>
  expect([status, url, expiresAt]).toEqual([201, 'ws://127.0.0.1:3000/live', '2026-01-01T12:01:00.000Z'])
  expect(await redeem(w.store, ticket)).toEqual({ accountId: 'acme', token: tokenKey('token-acme').pk })
  expect((await w.request('POST', '/api/live/tickets', undefined, { token: '' })).status).toBe(401)
})

test('where an answer cannot stay open, it says what can', async () => {
  const { id } = await w.session('acme')
  const { status, body } = await w.request('GET', `/api/sessions/${id}/events/stream`)
  expect([status, body.code, body.details.url]).toEqual([501, 'NOT_SUPPORTED', 'ws://127.0.0.1:3000/live'])
  const { id: theirs } = await w.session('other')
  expect((await w.request('GET', `/api/sessions/${theirs}/events/stream`)).status).toBe(404)
})

test('the end of a session that somebody listens to is told', async () => {
  const { id } = await w.session('acme')
  await w.request('DELETE', `/api/sessions/${(await w.session('acme')).id}`)
  expect(w.told).toEqual([])
  const mark = { at: '2026-01-01T12:00:00.000Z', until: '2026-01-01T14:00:00.000Z' }
  await w.store.update(
    'main',
    { pk: `SESSION#${id}`, sk: 'SESSION' },
    {
      UpdateExpression: 'SET listening = :mark',
      values: { ':mark': mark },
    },
  )
  await w.request('DELETE', `/api/sessions/${id}`)
  expect(w.told).toEqual([id])
})

test('each event of a frame has an id behind which one can go on', () => {
  const event = {
    type: 'session.deleted',
    sessionId: 's',
    timestamp: '2026-01-01T12:00:00.000Z',
    payload: {},
  }
  const text = sseOf({
    type: 'events',
    sessionId: 's',
    cursor: 'C~abcdef',
    events: [
      { ...event, id: 'A' },
      { ...event, id: 'B' },
    ],
  })
  expect([...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)).toEqual(['A', 'C~abcdef'])
  expect(text.match(/^event: session.deleted$/gm)).toHaveLength(2)
  expect(sseOf({ type: 'volatile', sessionId: 's', event: { ...event, id: 'V' } })).not.toContain('id: ')
  expect(sseOf({ type: 'gap', sessionId: 's' })).toBe(
    'event: live.gap\ndata: {"type":"gap","sessionId":"s"}\n\n',
  )
})
