import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProxy, sealProxy } from '#core/proxy.ts'
import { Settings } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { endpointsOf } from '#core/webhook/endpoint.ts'
import { create } from '#core/webhook/manage.ts'
import { openVault, webhookKey } from '#core/webhook/vault.ts'
import { type TestDomain, testDomain } from '../../test/support/domain.ts'
import { renewSecrets } from './renewal.ts'

const [OLD, NEW] = ['11', '22'].map((byte) => webhookKey(byte.repeat(32))) as [string, string]
const PROXY = { server: 'http://proxy.example:3128', username: 'ann', password: 'of the proxy' }
let t: TestDomain

beforeAll(async () => {
  t = await testDomain()
  await t.account('acme')
})
afterAll(() => t.close())

const renew = (keys: string[]) => renewSecrets({ store: t.store, log: t.log, keys })

test('secrets outlive the master key under which they were sealed', async () => {
  const session = await Sessions.create(t.domain, {
    accountId: 'acme',
    name: 'line',
    settings: { ...Settings.parse({}), proxy: sealProxy([OLD], 'acme', PROXY) },
  })
  const [ofAccount, ofSession] = [{ accountId: 'acme' }, { accountId: 'acme', sessionId: session.id }]
  const choices = {
    url: 'https://example.com/hook',
    events: ['*'],
    headers: [{ name: 'x-key', value: 'of the owner' }],
    secret: 'whsec_of_the_endpoint',
  }
  const parts = { store: t.store, vault: openVault([OLD]) }
  await create(parts, ofAccount, { ...choices, active: true })
  await create(parts, ofSession, { ...choices, active: false })

  expect(await renew([OLD])).toBe(0)
  expect(await renew([NEW, OLD])).toBe(3)
  expect(await renew([NEW, OLD])).toBe(0)
  for (const owner of [ofAccount, ofSession])
    for (const endpoint of await endpointsOf(t.store, owner))
      expect(openVault([NEW]).open(endpoint)).toEqual({
        secrets: [{ value: 'whsec_of_the_endpoint' }],
        headers: choices.headers,
      })
  const { proxy } = (await Sessions.find(t.store, session.id))?.settings ?? {}
  expect(proxy && openProxy([NEW], 'acme', proxy)).toMatchObject({
    username: 'ann',
    password: 'of the proxy',
  })
})

test('a secret that no key opens holds up no other one, and the round is not taken for done', async () => {
  await t.account('other')
  const owner = { accountId: 'other' }
  const choices = { url: 'https://example.com/hook', events: ['*'], headers: [], active: true }
  const third = webhookKey('33'.repeat(32))
  await create({ store: t.store, vault: openVault([third]) }, owner, choices)
  expect(await renew([webhookKey('44'.repeat(32)), NEW])).toBe(3)
  expect(await renew([webhookKey('44'.repeat(32)), NEW, third])).toBe(1)
})
