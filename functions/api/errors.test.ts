import { afterAll, beforeAll, expect, test } from 'vitest'
import { notes } from '#core/platform/notes.ts'
import { apiWorld, type World } from '../../test/support/api.ts'
import { api } from './app.ts'
import { BODY_LIMIT, BODY_LIMIT_WITH_FILES } from './request.ts'

let w: World
let id: string

beforeAll(async () => {
  w = await apiWorld()
  id = (await w.connected()).id
})
afterAll(() => w.close())

const send = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
  w.app.request('/api/messages', {
    method: 'POST',
    headers: { authorization: 'Bearer token-acme', 'content-type': 'application/json', ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  })
const message = () => JSON.stringify({ sessionId: id, to: '+4915100000003', text: 'hello' })

/** Every failure has this form, and nothing of our insides in it. */
async function expectFault(answer: Response | Promise<Response>, status: number, code: string) {
  const { status: actual, headers } = await answer
  const body = (await (await answer).json()) as { code: string; details: { issues: unknown[] } }
  expect({ status: actual, code: body.code }).toEqual({ status, code })
  expect(body).toMatchObject({ success: false, error: expect.stringMatching(/^[A-Z].{5,}/), status })
  expect(['success', 'error', 'code', 'status', 'details']).toEqual(expect.arrayContaining(Object.keys(body)))
  expect(JSON.stringify(body)).not.toMatch(/node_modules|at .*\.ts:|DynamoDB|ECONN|Zod/)
  expect(headers.get('x-request-id')).toBeTruthy()
  expect(headers.get('content-type')).toContain('application/json')
  return { body, headers }
}

test.each([
  ['no token', {}],
  ['a wrong one', { authorization: 'Bearer wrong' }],
  ['another scheme', { authorization: 'Basic dG9rZW4tYWNtZTo=' }],
  ['an empty one', { authorization: 'Bearer ' }],
  ['a wrong key', { 'x-api-key': 'wrong' }],
])('%s is 401, and says how', async (_, headers) => {
  const answer = w.app.request(`/api/sessions/${id}`, { headers: headers as Record<string, string> })
  const fault = await expectFault(answer, 401, 'UNAUTHORIZED')
  expect(fault.headers.get('www-authenticate')).toContain('Bearer')
})

test('a wrong token is told before anything else, also for broken bodies', async () => {
  await expectFault(send('{"', { authorization: 'Bearer wrong' }), 401, 'UNAUTHORIZED')
  await expectFault(send('{}', { authorization: 'Bearer wrong' }), 401, 'UNAUTHORIZED')
})

test('X-Api-Key opens as Authorization does', async () => {
  const answer = await w.app.request('/api/sessions', { headers: { 'x-api-key': 'token-acme' } })
  expect(answer.status).toBe(200)
})

test('what belongs to another account does not exist', async () => {
  const token = 'token-other'
  const sent = (await w.request('POST', '/api/messages', JSON.parse(message()))).body.message
  const before = await w.request('GET', `/api/sessions/${id}`)
  const calls: [string, string, Record<string, unknown>?][] = [
    ['GET', `/api/sessions/${id}`],
    ['GET', `/api/sessions/${id}/status`],
    ['GET', `/api/sessions/${id}/qr`],
    ['GET', `/api/sessions/${id}/events`],
    ['GET', `/api/sessions/${id}/chats`],
    ['GET', `/api/sessions/${id}/chats/4915100000003/messages`],
    ['GET', `/api/messages/stats/${id}`],
    ['PUT', `/api/sessions/${id}/settings`, { name: 'stolen' }],
    ...['start', 'stop', 'restart', 'logout', 'clear-auth'].map((action): [string, string] => [
      'POST',
      `/api/sessions/${id}/${action}`,
    ]),
    ['POST', `/api/sessions/${id}/pairing-code`, { phoneNumber: '+4915100000001' }],
    ['GET', `/api/sessions/${id}/groups`],
    ['POST', `/api/sessions/${id}/numbers/check`, { numbers: ['+4915100000001'] }],
    ['DELETE', `/api/sessions/${id}`],
    ['POST', '/api/messages', JSON.parse(message())],
  ]
  for (const [method, path, body] of calls)
    expect(await w.request(method, path, body, { token }), `${method} ${path}`).toMatchObject({
      status: 404,
      body: { code: 'SESSION_NOT_FOUND' },
    })
  expect(await w.request('GET', `/api/messages/${sent.id}`, undefined, { token })).toMatchObject({
    status: 404,
    body: { code: 'MESSAGE_NOT_FOUND' },
  })
  expect((await w.request('GET', '/api/sessions', undefined, { token })).body.total).toBe(0)
  expect((await w.request('GET', `/api/sessions/${id}`)).body).toEqual(before.body)
})

test.each(['0'.repeat(32), 'nonsense', 'x'.repeat(5_000), '%00', '..%2f..%2f'])(
  'session %.40s is unknown',
  async (unknown) => {
    const answer = w.app.request(`/api/sessions/${unknown}/status`, {
      headers: { 'x-api-key': 'token-acme' },
    })
    await expectFault(answer, 404, 'SESSION_NOT_FOUND')
  },
)

test.each(['3EB0UNKNOWN', 'x'.repeat(5_000), '%F0%9F'])('message %.40s is unknown', async (unknown) => {
  const answer = w.app.request(`/api/messages/${unknown}`, { headers: { 'x-api-key': 'token-acme' } })
  await expectFault(answer, 404, 'MESSAGE_NOT_FOUND')
})

test('there is a 404 for unknown addresses, and a 405 that names the methods', async () => {
  await expectFault(w.app.request('/api/nothing'), 404, 'NOT_FOUND')
  await expectFault(w.app.request('/%zz'), 404, 'NOT_FOUND')
  const fault = await expectFault(
    w.app.request('/api/sessions', { method: 'PATCH' }),
    405,
    'METHOD_NOT_ALLOWED',
  )
  expect(fault.headers.get('allow')).toBe('GET, HEAD, POST')
  const one = await expectFault(
    w.app.request(`/api/sessions/${id}`, { method: 'POST' }),
    405,
    'METHOD_NOT_ALLOWED',
  )
  expect(one.headers.get('allow')).toBe('DELETE, GET, HEAD')
})

test.each(['', '{', '{"a":}', 'null x', '\u0000', '[1,2'])('%j is not JSON', async (text) => {
  await expectFault(send(text), 400, 'MALFORMED_JSON')
})

test.each(['null', '[]', '"text"', '17', '{}'])('%s is JSON, but no message', async (text) => {
  const { body } = await expectFault(send(text), 400, 'VALIDATION_ERROR')
  expect(body.details.issues[0]).toMatchObject({
    in: 'body',
    path: expect.any(String),
    message: expect.any(String),
  })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense'])(
  '%s is not taken',
  async (type) => {
    await expectFault(send(message(), { 'content-type': type }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  },
)

test('JSON with a charset is taken; an action needs no body, and minds none', async () => {
  expect((await send(message(), { 'content-type': 'application/json; charset=utf-8' })).status).toBe(202)
  const restart = await w.app.request(`/api/sessions/${id}/restart`, {
    method: 'POST',
    headers: { 'x-api-key': 'token-acme', 'content-type': 'application/x-www-form-urlencoded' },
    body: '',
  })
  expect(restart.status).toBe(200)
})

test('an enormous body is refused, whatever it says about its length, and without reading it to its end', async () => {
  const large = JSON.stringify({ text: 'x'.repeat(BODY_LIMIT_WITH_FILES) })
  await expectFault(send(large), 413, 'BODY_TOO_LARGE')
  await expectFault(send(large, { 'content-length': '10' }), 413, 'BODY_TOO_LARGE')
  await expectFault(send('{}', { 'content-length': `${BODY_LIMIT_WITH_FILES + 1}` }), 413, 'BODY_TOO_LARGE')

  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1_000_000
      controller.enqueue(new Uint8Array(1_000_000))
    },
  })
  await expectFault(send(endless), 413, 'BODY_TOO_LARGE')
  expect(pulled).toBeLessThan(BODY_LIMIT_WITH_FILES * 2)
})

test('where no files come along, bodies are smaller', async () => {
  const large = { name: 'x'.repeat(BODY_LIMIT) }
  expect(await w.request('POST', '/api/sessions', large)).toMatchObject({
    status: 413,
    body: { code: 'BODY_TOO_LARGE', details: { limit: BODY_LIMIT } },
  })
})

test('bad requests leave nothing behind', async () => {
  await w.commands()
  const total = async () => (await w.request('GET', '/api/sessions')).body.total
  const before = await total()
  await w.request('POST', '/api/sessions', { name: '' })
  await w.request('POST', '/api/sessions', { name: 'x', nonsense: true })
  await w.request('POST', '/api/sessions', { name: 'x', settings: { reconnectInterval: -1 } })
  await send(message().replace('hello', ''))
  expect(await total()).toBe(before)
  expect(await w.commands()).toEqual([])
})

test('an answer carries the id of its request, the caller’s own when it is a sane one', async () => {
  const idOf = async (given?: string) => {
    const answer = await w.app.request('/nothing', { headers: given ? { 'x-request-id': given } : {} })
    return answer.headers.get('x-request-id')
  }
  expect(await idOf('trace-1')).toBe('trace-1')
  expect(await idOf()).toMatch(/^request-\d+$/)
  expect(await idOf('<script>')).toMatch(/^request-\d+$/)
})

test('what nobody expected is a 500 with a request id, and its cause is in the log alone', async () => {
  const lines: string[] = []
  const app = api({
    ...w.deps,
    log: notes('error', {}, (line) => lines.push(line)),
    load: () => Promise.reject(new Error('inner secret')),
  })
  const answer = app.request('/api/sessions', { headers: { 'x-api-key': 'token-acme' } })
  const { body, headers } = await expectFault(answer, 500, 'INTERNAL_ERROR')
  expect(body.details).toEqual({ requestId: headers.get('x-request-id') })
  expect(JSON.stringify(body)).not.toContain('inner secret')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    requestId: headers.get('x-request-id'),
    err: { message: 'inner secret', stack: expect.any(String) },
  })
})

test('without a database it is a 503 that can be repeated, and health says so', async () => {
  const down = await apiWorld()
  await down.db.engine.close()
  const answer = down.app.request('/api/sessions', { headers: { 'x-api-key': 'token-acme' } })
  await expectFault(answer, 503, 'DEPENDENCY_UNAVAILABLE')
  const health = await down.app.request('/health')
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({
    success: false,
    status: 'unavailable',
    checks: { database: { ok: false }, queue: { ok: true }, connectors: { ok: false } },
  })
  await down.close()
})
