import { afterAll, beforeAll, expect, test } from 'vitest'
import { iso } from '#core/platform/clock.ts'
import { apiWorld, type World } from '../../test/support/api.ts'
import { tenant } from '../../test/support/twilio-api.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test('the endpoints of seed 003 have exactly its fields', async () => {
  const { call, says } = await tenant(w)
  const details = { items: [{ name: 'Product A', quantity: 5 }] }
  const createdAt = iso(w.clock.now)
  const { id } = await says('+1234567890', 'I need 5 units of Product A', details)
  w.clock.now += 60_000
  await says('+1234567890', 'Thanks')
  const session = {
    session_id: id,
    phone_number: '+1234567890',
    status: 'active',
    created_at: createdAt,
    last_activity: iso(w.clock.now),
    message_count: 2,
    order_details: details,
    context: {},
  }
  for (const path of ['/session/%2B1234567890', '/session/+1234567890', '/session/1234567890'])
    expect(await call('GET', path)).toEqual({
      status: 200,
      body: {
        session,
        conversation_history: [
          {
            id: expect.any(String),
            content: 'I need 5 units of Product A',
            message_type: 'text',
            direction: 'inbound',
            timestamp: createdAt,
            metadata: { kind: 'text' },
          },
          expect.objectContaining({ content: 'Thanks' }),
        ],
        message_count: 2,
      },
    })
  const newest = (await call('GET', '/session/+1234567890?limit=1')).body
  expect(newest).toMatchObject({ message_count: 2, conversation_history: [{ content: 'Thanks' }] })
  expect((await call('GET', '/sessions/active')).body).toEqual({
    active_sessions: [session],
    total_active: 1,
  })

  const complete = () => call('POST', `/session/${id}/complete`)
  expect(await complete()).toEqual({ status: 200, body: { message: 'Session completed successfully' } })
  expect(await complete()).toMatchObject({ status: 200 })
  expect((await call('GET', '/session/+1234567890')).body).toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
    status: 404,
  })
  expect((await call('GET', '/sessions/active')).body).toEqual({ active_sessions: [], total_active: 0 })
  const { id: next } = await says('+1234567890')
  expect(next).not.toBe(id)
})

test('a history too long for one answer is cut to its newest part', async () => {
  const { call, says } = await tenant(w)
  for (let n = 0; n < 90; n++) await says('+1234567890', `${n} ${'x'.repeat(60_000)}`)
  const { status, body } = await call('GET', '/session/+1234567890?limit=1000')
  const { conversation_history: history, message_count: count } = body as unknown as {
    conversation_history: { content: string }[]
    message_count: number
  }
  expect([status, count]).toEqual([200, 90])
  expect(history.at(-1)?.content.slice(0, 3)).toBe('89 ')
  expect(history.length).toBeGreaterThan(50)
  expect(JSON.stringify(body).length).toBeLessThan(5_000_000)
})
