import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJwt, openJwts } from './jwt.ts'
import { covers, type Need, needOf, permits, Scopes } from './scope.ts'

const S = '/api/sessions/5bc99cea8975b95fe7077c64a3312145'

test.each([
  ['GET', '/api/sessions', 'sessions:read'],
  ['POST', '/api/sessions', 'sessions:write'],
  ['GET', `${S}/qr`, 'sessions:read'],
  ['POST', `${S}/start`, 'sessions:write'],
  ['DELETE', S, 'sessions:write'],
  ['POST', `${S}/regenerate-key`, 'tokens:write'],
  ['GET', `${S}/events`, 'events:read'],
  ['GET', `${S}/events/stream`, 'events:read'],
  ['POST', '/api/live/tickets', 'events:read'],
  ['GET', `${S}/chats/49/messages`, 'messages:read'],
  ['POST', `${S}/groups`, 'messages:write'],
  ['POST', '/api/messages', 'messages:write'],
  ['GET', '/api/messages/3EB0', 'messages:read'],
  ['GET', `${S}/webhooks`, 'webhooks:read'],
  ['PUT', '/api/webhooks/1', 'webhooks:write'],
  ['GET', '/session/+49', 'conversations:read'],
  ['POST', '/api/conversations/1/complete', 'conversations:write'],
  ['POST', '/api/auth/token', 'tokens:read'],
  ['POST', '/api/tokens', 'tokens:write'],
  ['POST', '/api/something/new', 'sessions:write'],
])('%s %s needs %s', (method, path, need) => {
  expect(needOf(method, path)).toBe(need)
})

test.each([
  [['*'], 'messages:write', true],
  [['*:read'], 'messages:read', true],
  [['*:read'], 'messages:write', false],
  [['messages:*'], 'messages:write', true],
  [['messages:*'], 'events:read', false],
  [['events:read', 'messages:write'], 'messages:write', true],
  [['messages:write'], 'messages:read', false],
] as [string[], Need, boolean][])('%j permits %s: %s', (scopes, need, may) => {
  expect(permits(scopes, need)).toBe(may)
})

test.each([['all'], ['messages'], ['messages:delete'], ['messages:read '], ['*:*:*']])(
  '%s is no scope',
  (scope) => {
    expect(Scopes.safeParse([scope]).success).toBe(false)
  },
)

test('nobody hands on what he may not do: whatever is covered is permitted', () => {
  const scope = fc.constantFrom('*', '*:read', 'messages:*', 'messages:read', 'events:write', 'tokens:*')
  const scopes = fc.array(scope, { minLength: 1, maxLength: 3 })
  const needs: Need[] = [
    'messages:read',
    'messages:write',
    'events:read',
    'events:write',
    'tokens:write',
    'sessions:read',
  ]
  void fc.assert(
    fc.property(scopes, scopes, (own, others) => {
      if (!covers(own, others)) return
      for (const need of needs) if (permits(others, need)) expect(permits(own, need)).toBe(true)
    }),
  )
  expect(covers(['*'], ['*'])).toBe(true)
  expect(covers(['messages:*'], ['*:read'])).toBe(false)
})

test('a JWT says what it stands for until its time, under keys of ours only', async () => {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const [older, newer] = ['11'.repeat(32), '22'.repeat(32)]
  const jwts = openJwts([older], () => clock.now)
  const text = await jwts.sign('TOKEN#abc', 'acme', 60)
  expect(isJwt(text)).toBe(true)
  expect(isJwt('lk_secret')).toBe(false)
  expect(await jwts.open(text)).toBe('TOKEN#abc')
  expect(await openJwts([newer, older], () => clock.now).open(text)).toBe('TOKEN#abc')
  expect(await openJwts([newer], () => clock.now).open(text)).toBeUndefined()
  const [head = '', claims = ''] = text.split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  for (const forged of [`${none}.${claims}.`, `${none}.${claims}.x`, `${head}.${claims}.x`, 'a.b.c'])
    expect(await jwts.open(forged), forged).toBeUndefined()
  clock.now += 61_000
  expect(await jwts.open(text)).toBeUndefined()
})
