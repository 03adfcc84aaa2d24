import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signatures, signingKey } from './sign.ts'
import { newSecret, openVault, rotated, validSecrets } from './vault.ts'

const AT = '2026-01-01T12:00:00.000Z'
const sign = (body: string, secrets: string[], now = Date.now()) =>
  signatures({ id: '01KDX', endpointId: 'wh_1', timestamp: AT, body, keys: secrets.map(signingKey), now })

test('WAHA’s own example', () => {
  const body = '{"event":"message","session":"default","engine":"WEBJS"}'
  expect(sign(body, ['my-secret-key'])).toMatchObject({
    'x-webhook-hmac':
      '208f8a55dde9e05519e898b10b89bf0d0b3b0fdf11fdbf09b6b90476301b98d8097c462b2b17a6ce93b6b47a136cf2e78a33a63f6752c2c1631777076153fa89',
    'x-webhook-hmac-algorithm': 'sha512',
    'x-webhook-timestamp': `${Date.parse(AT)}`,
  })
})

test('the library of the Standard Webhooks accepts it, and nothing that was changed', () => {
  const secret = newSecret()
  const headers = sign('{"a":"ö"}', [secret])
  expect(new Webhook(secret).verify('{"a":"ö"}', headers)).toEqual({ a: 'ö' })
  for (const [body, changed] of [
    ['{"a":"o"}', headers],
    ['{"a":"ö"}', { ...headers, 'webhook-id': 'other' }],
    ['{"a":"ö"}', sign('{"a":"ö"}', [newSecret()])],
    ['{"a":"ö"}', sign('{"a":"ö"}', [secret], Date.now() - 3_600_000)],
  ] as const)
    expect(() => new Webhook(secret).verify(body, changed)).toThrow(WebhookVerificationError)
})

test('a secret of the owner’s own choice', () => {
  const headers = sign('{}', ['my own secret'])
  expect(new Webhook('my own secret', { format: 'raw' }).verify('{}', headers)).toEqual({})
})

test('while secrets change both of them verify, and then the new one alone', () => {
  const vault = openVault(['11'.repeat(32)])
  const endpoint = { accountId: 'acme', id: 'wh_1' }
  const [old, next] = [newSecret(), newSecret()]
  const now = Date.now()
  const contents = rotated({ secrets: [{ value: old }], headers: [] }, next, now + 1_000, now)
  const stored = vault.open({ ...endpoint, sealed: vault.seal(endpoint, contents) })

  const during = sign('{}', validSecrets(stored, now))
  for (const secret of [old, next]) expect(new Webhook(secret).verify('{}', during)).toEqual({})
  expect(during['x-webhook-hmac']).toBe(sign('{}', [old])['x-webhook-hmac'])
  expect(during['x-webhook-hmac-next']).toBe(sign('{}', [next])['x-webhook-hmac'])

  const after = sign('{}', validSecrets(stored, now + 1_000))
  expect(() => new Webhook(old).verify('{}', after)).toThrow(WebhookVerificationError)
  expect(after['x-webhook-hmac']).toBe(sign('{}', [next])['x-webhook-hmac'])
  expect(validSecrets(rotated(contents, 'x', now, now), now)).toEqual(['x'])
})

test('a request has one id in each attempt, and another one at each endpoint', () => {
  const at = (endpointId: string, now: number) =>
    signatures({ id: 'E', endpointId, timestamp: AT, body: '{}', keys: [], now })
  expect(at('one', 1)['x-webhook-request-id']).toBe(at('one', 2_000)['x-webhook-request-id'])
  expect(at('one', 1)['x-webhook-request-id']).not.toBe(at('two', 1)['x-webhook-request-id'])
})
