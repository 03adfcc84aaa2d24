import { afterAll, beforeAll, expect, test } from 'vitest'
import { isWithin } from '#core/access/address.ts'
import { openEdge } from '#core/access/edge.ts'
import { iso } from '#core/platform/clock.ts'
import { apiWorld, type World } from '../../test/support/api.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

test.each([
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['192.0.2.0/24'], '192.0.2.200', true],
  [['192.0.2.0/24'], '::ffff:192.0.2.200', true],
  [['2001:db8::/32'], '2001:db8:1::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::/32', '198.51.100.1'], '198.51.100.1', true],
  [['0.0.0.0/0'], '203.0.113.9', true],
  [['0.0.0.0/0'], undefined, false],
  [['0.0.0.0/0'], 'somewhere', false],
])('within %j is %s: %s', (ranges, address, is) => {
  expect(isWithin(ranges, address)).toBe(is)
})

const OFFICE = '203.0.113.7'
const ELSEWHERE = '198.51.100.1'
type Env = Record<string, unknown>
const lambda = (sourceIp: string): Env => ({ event: { requestContext: { http: { sourceIp } } } })
const ask = async (
  env: Env,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const answer = await w.app.request(
    path,
    {
      method,
      headers: { authorization: 'Bearer token-acme', 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    },
    env,
  )
  return answer.status
}

test('a session is used from where its settings say, and from nowhere else', async () => {
  const { id } = await w.connected()
  const path = `/api/sessions/${id}`
  const settings = (ipWhitelist: unknown) => ({ settings: { ipWhitelist } })
  expect(await ask(lambda(OFFICE), 'PUT', `${path}/settings`, settings(['203.0.113.0/24']))).toBe(200)
  const message = { sessionId: id, to: '+4915100000002', text: 'hello' }
  expect(await ask(lambda(OFFICE), 'GET', path)).toBe(200)
  expect(await ask({ incoming: { socket: { remoteAddress: `::ffff:${OFFICE}` } } }, 'GET', path)).toBe(200)
  expect(await ask(lambda(OFFICE), 'POST', '/api/messages', message)).toBe(202)
  for (const [method, place, body] of [
    ['GET', path],
    ['GET', `${path}/events`],
    ['POST', '/api/messages', message],
    ['DELETE', path],
  ] as [string, string, unknown?][])
    expect(await ask(lambda(ELSEWHERE), method, place, body), place).toBe(403)
  expect(await ask({}, 'GET', path)).toBe(403)
  expect(await ask(lambda(ELSEWHERE), 'GET', path, undefined, { 'x-forwarded-for': OFFICE })).toBe(403)
  expect(await ask(lambda(ELSEWHERE), 'PUT', `${path}/settings`, settings(null))).toBe(200)
  expect(await ask(lambda(ELSEWHERE), 'GET', path)).toBe(200)
})

test('nor by what belongs to it: a message of it, or a conversation on it', async () => {
  const { id } = await w.connected()
  const settings = { ipWhitelist: ['203.0.113.0/24'] }
  await ask(lambda(OFFICE), 'PUT', `/api/sessions/${id}/settings`, { settings })
  const json = async (path: string, body: Record<string, unknown>) => {
    const headers = { authorization: 'Bearer token-acme', 'content-type': 'application/json' }
    const answer = await w.app.request(
      path,
      { method: 'POST', headers, body: JSON.stringify(body) },
      lambda(OFFICE),
    )
    return (await answer.json()) as Record<string, { id: string }>
  }
  const phoneNumber = '+4915100000002'
  const begun = { phoneNumber, channel: { type: 'session', sessionId: id } }
  const sendAt = iso(w.clock.now + 3_600_000)
  const { message } = await json('/api/messages', { sessionId: id, to: phoneNumber, text: 'hello', sendAt })
  const { conversation } = await json('/api/conversations', begun)
  const path = `/api/messages/${message?.id}`
  for (const [method, place, body] of [
    ['GET', path],
    ['GET', `${path}/receipts`],
    ['PUT', path, { text: 'other' }],
    ['PUT', `${path}/pin`, {}],
    ['DELETE', `${path}/pin`],
    ['DELETE', path],
    ['POST', '/api/conversations', begun],
    ['POST', `/api/conversations/${conversation?.id}/messages`, { text: 'hello' }],
  ] as [string, string, unknown?][]) {
    expect(await ask(lambda(ELSEWHERE), method, place, body), `${method} ${place}`).toBe(403)
    expect(await ask(lambda(OFFICE), method, place, body), `${method} ${place}`).not.toBe(403)
  }
})

const EDGE = '130.176.100.154'
const SHOWN = { 'x-linekeeper-edge': '33'.repeat(32) }

/** As they look on AWS: the one comes to API Gateway, the other over CloudFront, whose address API Gateway tells. */
test('through our CloudFront distribution it is the caller who counts, and nobody else can say who that is', async () => {
  const { id } = await w.connected()
  const path = `/api/sessions/${id}`
  await ask(lambda(OFFICE), 'PUT', `${path}/settings`, {
    settings: { ipWhitelist: ['203.0.113.0/24', '2001:db8::/32'] },
  })
  const through = (headers: Record<string, string>, from = EDGE) =>
    ask(lambda(from), 'GET', path, undefined, { via: '2.0 0c5f.cloudfront.net (CloudFront)', ...headers })

  expect(await through({ ...SHOWN, 'x-linekeeper-viewer': OFFICE })).toBe(200)
  expect(await through({ ...SHOWN, 'x-linekeeper-viewer': '2001:db8::7' })).toBe(200)
  expect(await through({ 'x-linekeeper-edge': '44'.repeat(32), 'x-linekeeper-viewer': OFFICE })).toBe(200)
  expect(await through({ ...SHOWN, 'x-linekeeper-viewer': ELSEWHERE })).toBe(403)
  expect(await through({ ...SHOWN, 'x-linekeeper-viewer': ELSEWHERE, 'x-forwarded-for': OFFICE })).toBe(403)

  expect(await through({ 'x-linekeeper-viewer': OFFICE })).toBe(403)
  expect(await through({ 'x-linekeeper-edge': '', 'x-linekeeper-viewer': OFFICE })).toBe(403)
  expect(await through({ 'x-linekeeper-edge': '55'.repeat(32), 'x-linekeeper-viewer': OFFICE })).toBe(403)
  expect(await through({ 'x-linekeeper-viewer': OFFICE }, ELSEWHERE)).toBe(403)
  // What comes through the distribution and does not say from whom is not taken for its own address.
  expect(await through(SHOWN, OFFICE)).toBe(403)
  expect(await through({ ...SHOWN, 'x-linekeeper-viewer': `${OFFICE}, ${ELSEWHERE}` })).toBe(403)
})

test('where there is no distribution, nobody is believed', async () => {
  const headers: Record<string, string> = { ...SHOWN, 'x-linekeeper-viewer': OFFICE }
  expect(openEdge([])((name) => headers[name])).toBeUndefined()
})

test.each([[['office']], [['203.0.113.0/33']], [[]], ['203.0.113.7']])(
  '%j is no list of addresses',
  async (list) => {
    const { id } = await w.session('acme')
    const change = { settings: { ipWhitelist: list } }
    expect(await ask(lambda(OFFICE), 'PUT', `/api/sessions/${id}/settings`, change)).toBe(400)
  },
)
