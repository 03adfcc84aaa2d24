import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TOKENS } from '#core/access/tokens.ts'
import * as Accounts from '#core/account.ts'
import { apiWorld, type World } from '../../test/support/api.ts'

let w: World
beforeAll(async () => {
  w = await apiWorld()
})
afterAll(() => w.close())

type Made = { secret: string; token: { id: string; scopes: string[]; expiresAt: string | null } }
type Body = Record<string, unknown>
const ask = async (method: string, path: string, body?: Body, token?: string) => {
  const { status, body: said } = await w.request(method, path, body, token ? { token } : {})
  return { status, body: said as unknown as Record<string, unknown> & { code: string } }
}
const make = async (body: Body, token?: string) =>
  (await ask('POST', '/api/tokens', body, token)).body as unknown as Made
const statusOf = async (method: string, path: string, token: string, body?: Body) =>
  (await ask(method, path, body, token)).status

describe('a token', () => {
  test('opens what its scopes say, and names the scope that is missing', async () => {
    const { secret, token } = await make({ name: 'reporting', scopes: ['sessions:read'] })
    expect(secret).toMatch(/^lk_[\w-]{43}$/)
    expect(token).toMatchObject({ name: 'reporting', scopes: ['sessions:read'], expiresAt: null })
    expect(await statusOf('GET', '/api/sessions', secret)).toBe(200)
    const { status, body } = await ask('POST', '/api/sessions', { name: 'x' }, secret)
    expect([status, body.code, body.details]).toEqual([403, 'FORBIDDEN', { scope: 'sessions:write' }])
    expect(await statusOf('GET', '/api/tokens', secret)).toBe(403)
  })

  test('is listed without its secret, and opens nothing once it is revoked', async () => {
    const { secret, token } = await make({ name: 'short' })
    const { body } = await ask('GET', '/api/tokens')
    expect(body.tokens).toContainEqual(token)
    expect(JSON.stringify(body)).not.toContain(secret)
    expect(await statusOf('GET', '/api/sessions', secret)).toBe(200)
    expect((await ask('DELETE', `/api/tokens/${token.id}`)).status).toBe(200)
    expect(await statusOf('GET', '/api/sessions', secret)).toBe(401)
    expect((await ask('DELETE', `/api/tokens/${token.id}`)).body.code).toBe('TOKEN_NOT_FOUND')
  })

  test('ends with its time', async () => {
    const { secret, token } = await make({ name: 'a day', expiresInDays: 1 })
    expect(Date.parse(token.expiresAt ?? '')).toBe(w.clock.now + 86_400_000)
    w.clock.now += 86_400_000 - 1_000
    await w.connectorAlive()
    expect(await statusOf('GET', '/api/sessions', secret)).toBe(200)
    w.clock.now += 1_000
    expect(await statusOf('GET', '/api/sessions', secret)).toBe(401)
  })

  test('hands on no more than it has, and is nobody else’s to revoke', async () => {
    const { secret } = await make({ name: 'maker', scopes: ['tokens:*', 'messages:*'] })
    expect((await ask('POST', '/api/tokens', { name: 'x', scopes: ['messages:read'] }, secret)).status).toBe(
      201,
    )
    for (const scopes of [['*'], ['*:read'], ['sessions:read']])
      expect((await ask('POST', '/api/tokens', { name: 'x', scopes }, secret)).status).toBe(403)
    const { token } = await make({ name: 'acme’s' })
    expect(await statusOf('DELETE', `/api/tokens/${token.id}`, 'token-other')).toBe(404)
    expect((await ask('GET', '/api/tokens', undefined, 'token-other')).body.tokens).toEqual([])
  })

  test('is one of so many', async () => {
    await w.account('maker')
    for (let nth = 0; nth < TOKENS; nth++) await make({ name: `${nth}` }, 'token-maker')
    expect((await ask('POST', '/api/tokens', { name: 'x' }, 'token-maker')).body.code).toBe(
      'TOKEN_LIMIT_REACHED',
    )
  })
})

describe('many tokens', () => {
  test('of an account that had as many and let them expire, new ones are listed and can be revoked', async () => {
    await w.account('worn')
    const token = 'token-worn'
    for (let nth = 0; nth < TOKENS; nth++) await make({ name: `${nth}`, expiresInDays: 1 }, token)
    w.clock.now += 2 * 86_400_000
    await w.connectorAlive()
    const made = await make({ name: 'after' }, token)
    expect((await ask('GET', '/api/tokens', undefined, token)).body.tokens).toEqual([made.token])
    expect(await statusOf('DELETE', `/api/tokens/${made.token.id}`, token)).toBe(200)
    expect(await statusOf('GET', '/api/sessions', made.secret)).toBe(401)
  })

  test('that are asked for at the same moment are no more than allowed', async () => {
    await w.account('hasty')
    const token = 'token-hasty'
    for (let nth = 0; nth < TOKENS - 5; nth++) await make({ name: `${nth}` }, token)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => ask('POST', '/api/tokens', { name: `race ${nth}` }, token)),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(answers.every(({ status, body }) => status === 201 || body.code === 'TOKEN_LIMIT_REACHED')).toBe(
      true,
    )
    const { body } = await ask('GET', '/api/tokens', undefined, token)
    expect(body.tokens).toHaveLength(TOKENS - 5 + made.length)
    expect(made.length).toBeLessThanOrEqual(5)
  })
})

describe('the key of a session', () => {
  test('opens that session and what is about it, and nothing else', async () => {
    const [own, other] = [await w.connected(), await w.connected()]
    const { body } = await ask('POST', `/api/sessions/${own.id}/regenerate-key`)
    const key = body.apiKey as string
    expect(key).toMatch(/^lks_/)
    expect(await statusOf('GET', `/api/sessions/${own.id}/status`, key)).toBe(200)
    const message = { sessionId: own.id, to: '+4915100000002', text: 'hello' }
    const sent = await ask('POST', '/api/messages', message, key)
    expect(sent.status).toBe(202)
    const { id } = sent.body.message as { id: string }
    expect(await statusOf('GET', `/api/messages/${id}`, key)).toBe(200)
    expect(await statusOf('GET', `/api/messages/${id}/receipts`, key)).toBe(200)
    const theirs = await ask('POST', '/api/messages', { ...message, sessionId: other.id })
    const { id: theirId } = theirs.body.message as { id: string }
    expect(await statusOf('GET', `/api/messages/${theirId}`, key)).toBe(404)
    expect(await statusOf('GET', `/api/messages/${theirId}/receipts`, key)).toBe(404)
    for (const [method, path, json] of [
      ['GET', `/api/sessions/${other.id}/status`],
      ['GET', '/api/sessions'],
      ['POST', '/api/sessions', { name: 'x' }],
      ['POST', '/api/messages', { ...message, sessionId: other.id }],
      ['GET', '/api/conversations'],
      ['POST', `/api/sessions/${own.id}/regenerate-key`],
      ['GET', '/api/tokens'],
    ] as [string, string, Body?][])
      expect(await statusOf(method, path, key, json), `${method} ${path}`).toBe(403)
  })

  test('opens the session that a body names, and not the one in the address beside it', async () => {
    const [own, other] = [await w.connected(), await w.connected()]
    const key = (await ask('POST', `/api/sessions/${own.id}/regenerate-key`)).body.apiKey as string
    const message = { sessionId: other.id, to: '+4915100000002', text: 'hello' }
    expect(await statusOf('POST', `/api/messages?sessionId=${own.id}`, key, message)).toBe(403)
    const { body } = await ask('POST', `/api/messages?sessionId=${own.id}`, message)
    expect(body.message).toMatchObject({ sessionId: other.id })
  })

  test('opens nothing else by naming its session beside the call', async () => {
    const [own, other] = [await w.connected(), await w.connected()]
    const key = (await ask('POST', `/api/sessions/${own.id}/regenerate-key`)).body.apiKey as string
    const message = { sessionId: other.id, to: '+4915100000002', text: 'hello' }
    const { id } = (await ask('POST', '/api/messages', message)).body.message as { id: string }
    const channel = { type: 'session', sessionId: other.id }
    const begun = await ask('POST', '/api/conversations', { phoneNumber: '+4915100000002', channel })
    const conversation = `/api/conversations/${(begun.body.conversation as { id: string }).id}`
    const named = `sessionId=${own.id}`
    const inBody = { sessionId: own.id }
    for (const [method, path, json] of [
      ['GET', `/api/sessions?${named}`],
      ['POST', `/api/sessions?${named}`, { name: 'x' }],
      ['GET', `/api/webhooks?${named}`],
      ['POST', `/api/webhooks?${named}`, { url: 'https://example.com/' }],
      ['GET', `${conversation}?${named}`],
      ['POST', `${conversation}/messages?${named}`, { text: 'hello' }],
      ['POST', `${conversation}/complete`, inBody],
      ['POST', `/api/conversations/cleanup`, inBody],
      ['POST', `/api/conversations?${named}`, { phoneNumber: '+4915100000002', channel }],
      ['GET', `/session/+4915100000002?${named}`],
      ['DELETE', `/api/messages/${id}?sessionId=${other.id}`, inBody],
    ] as [string, string, Body?][])
      expect(await statusOf(method, path, key, json), `${method} ${path}`).toBe(403)
    expect(await statusOf('DELETE', `/api/messages/${id}?${named}`, key)).toBe(404)
    const { conversations } = (await ask('GET', `/api/conversations?${named}`, undefined, key)).body
    expect(conversations).toEqual([])
  })

  test('is one at a time: a new one kills the one before at once, and the session takes it along', async () => {
    const { id } = await w.session('acme')
    const path = `/api/sessions/${id}`
    const first = (await ask('POST', `${path}/regenerate-key`)).body.apiKey as string
    const second = (await ask('POST', `${path}/regenerate-key`)).body.apiKey as string
    expect(await statusOf('GET', path, first)).toBe(401)
    expect(await statusOf('GET', path, second)).toBe(200)
    expect(JSON.stringify((await ask('GET', path)).body)).not.toContain('TOKEN#')
    await ask('DELETE', path)
    expect(await statusOf('GET', path, second)).toBe(401)
  })

  test('of two who make one at the same moment, one does', async () => {
    const { id } = await w.session('acme')
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST', `/api/sessions/${id}/regenerate-key`)))
    const keys = answers.flatMap(({ body }) => (body.apiKey as string | undefined) ?? [])
    const working = await Promise.all(keys.map((key) => statusOf('GET', `/api/sessions/${id}`, key)))
    expect(working.filter((status) => status === 200)).toHaveLength(1)
  })
})

describe('a short-lived token', () => {
  test('opens what the token opens that it was made with, for its time, and no longer than that', async () => {
    const { secret, token } = await make({ name: 'page', scopes: ['sessions:read', 'tokens:read'] })
    const { body } = await ask('POST', '/api/auth/token', undefined, secret)
    const jwt = body.token as string
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 900 })
    expect(await statusOf('GET', '/api/sessions', jwt)).toBe(200)
    expect(await statusOf('POST', '/api/sessions', jwt, { name: 'x' })).toBe(403)
    w.clock.now += 901_000
    expect(await statusOf('GET', '/api/sessions', jwt)).toBe(401)
    const next = (await ask('POST', '/api/auth/token?expiresIn=3600', undefined, secret)).body.token as string
    expect(await statusOf('GET', '/api/sessions', next)).toBe(200)
    await ask('DELETE', `/api/tokens/${token.id}`)
    expect(await statusOf('GET', '/api/sessions', next)).toBe(401)
  })

  test('is there for every token, whatever its scopes, and for the key of a session', async () => {
    const { id } = await w.session('acme')
    const { secret } = await make({ name: 'sender', scopes: ['messages:write'] })
    const key = (await ask('POST', `/api/sessions/${id}/regenerate-key`)).body.apiKey as string
    const jwtOf = async (token: string) =>
      (await ask('POST', '/api/auth/token', undefined, token)).body.token as string
    expect(await statusOf('GET', '/api/sessions', await jwtOf(secret))).toBe(403)
    const jwt = await jwtOf(key)
    expect(await statusOf('GET', `/api/sessions/${id}`, jwt)).toBe(200)
    expect(await statusOf('GET', '/api/sessions', jwt)).toBe(403)
    await ask('POST', `/api/sessions/${id}/regenerate-key`)
    expect(await statusOf('GET', `/api/sessions/${id}`, jwt)).toBe(401)
  })

  test('makes nothing that would outlive it', async () => {
    const { id } = await w.session('acme')
    const jwt = (await ask('POST', '/api/auth/token')).body.token as string
    for (const [path, body] of [
      ['/api/auth/token'],
      ['/api/tokens', { name: 'for ever' }],
      [`/api/sessions/${id}/regenerate-key`],
    ] as [string, Body?][]) {
      const { status, body: said } = await ask('POST', path, body, jwt)
      expect([status, said.code], path).toEqual([403, 'FORBIDDEN'])
    }
    expect(await statusOf('GET', `/api/sessions/${id}`, jwt)).toBe(200)
  })

  test('that was tampered with, or is none of ours, opens nothing', async () => {
    const jwt = (await ask('POST', '/api/auth/token')).body.token as string
    const [head = '', claims = '', signature = ''] = jwt.split('.')
    const forged = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
    for (const text of [
      `${forged}.${claims}.`,
      `${forged}.${claims}.x`,
      `${head}.${claims}x.${signature}`,
      'eyJ.eyJ.x',
    ])
      expect(await statusOf('GET', '/api/sessions', text), text).toBe(401)
  })

  test('is told apart from a token with dots in it that somebody has chosen', async () => {
    await Accounts.ensure(w.store, { id: 'dotted', plan: 'pro' }, 'my.own.key')
    expect(await statusOf('GET', '/api/sessions', 'my.own.key')).toBe(200)
  })

  test.each(['59', '3601', 'long'])('it does not last %s seconds', async (seconds) => {
    expect((await ask('POST', `/api/auth/token?expiresIn=${seconds}`)).status).toBe(400)
  })
})

describe('how much one may ask', () => {
  test('is told with each answer, and a 429 when it is too much, until the minute is over', async () => {
    await w.account('small', 'free')
    const get = () => w.request('GET', '/api/tokens', undefined, { token: 'token-small' })
    w.clock.now = Math.ceil(w.clock.now / 60_000) * 60_000 + 1_000
    const { headers } = await get()
    const { limit, remaining, reset } = Object.fromEntries(
      ['limit', 'remaining', 'reset'].map((name) => [name, Number(headers.get(`x-ratelimit-${name}`))]),
    ) as Record<string, number>
    expect([limit, remaining, reset]).toEqual([600, 599, Math.floor(w.clock.now / 60_000 + 1) * 60])
    for (let nth = 1; nth < 600; nth++) await get()
    const { status, headers: refused, body } = await get()
    expect([status, body.code, refused.get('retry-after')]).toEqual([429, 'RATE_LIMITED', '59'])
    expect(refused.get('x-ratelimit-remaining')).toBe('0')
    expect((await ask('GET', '/api/tokens')).status).toBe(200)
    w.clock.now += 59_000
    expect((await get()).status).toBe(200)
  })
})

describe('what tokens did', () => {
  test('is noted when it changed something or was to, with whose token it was and how it ended', async () => {
    await w.account('watched')
    const token = 'token-watched'
    const made = await make({ name: 'robot' }, token)
    const { body } = await ask('POST', '/api/sessions', { name: 'line' }, made.secret)
    const { id } = body.session as { id: string }
    await ask('GET', `/api/sessions/${id}`, undefined, made.secret)
    await ask('PUT', `/api/sessions/${id}/settings`, { nonsense: 1 }, made.secret)
    await ask('POST', '/api/messages', { sessionId: id, to: '+4915100000002', text: 'hi' }, made.secret)
    await ask('DELETE', `/api/sessions/${id}`, undefined, token)
    const first = await ask('GET', '/api/audit?limit=3', undefined, token)
    const entries = first.body.entries as { method: string; path: string; status: number; token: Body }[]
    expect(entries.map(({ method, path, status, token: by }) => [method, path, status, by.name])).toEqual([
      ['DELETE', `/api/sessions/${id}`, 200, 'default'],
      ['PUT', `/api/sessions/${id}/settings`, 400, 'robot'],
      ['POST', '/api/sessions', 201, 'robot'],
    ])
    expect(entries[1]?.token).toEqual({ id: made.token.id, name: 'robot', sessionId: null })
    const rest = await ask('GET', `/api/audit?cursor=${first.body.nextCursor}`, undefined, token)
    expect((rest.body.entries as Body[]).map(({ path }) => path)).toEqual(['/api/tokens'])
    expect(JSON.stringify([first.body, rest.body])).not.toContain(made.secret)
  })
})
