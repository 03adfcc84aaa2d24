import { expect, test } from 'vitest'
import { openProxy, ProxySetting, proxyIn, sealProxy, shownProxy } from './proxy.ts'

const keys = ['11'.repeat(32)]
const given = { server: 'socks5://proxy.example.com', username: 'user', password: 'hunter2' }

test('a password is sealed, shown to nobody, and opened for its account alone', () => {
  const stored = sealProxy(keys, 'acme', given)
  expect(JSON.stringify(stored)).not.toContain('hunter2')
  expect(shownProxy(stored)).toEqual({ server: given.server, username: 'user', hasPassword: true })
  expect(openProxy(keys, 'acme', stored)).toEqual({
    protocol: 'socks5',
    host: 'proxy.example.com',
    port: 1080,
    username: 'user',
    password: 'hunter2',
  })
  expect(openProxy(keys, 'other', stored)?.password).toBeUndefined()
  expect(openProxy(['22'.repeat(32)], 'acme', stored)?.password).toBeUndefined()
})

test.each([
  ['proxy.example.com:3128', { protocol: 'http', host: 'proxy.example.com', port: 3128 }],
  ['https://proxy.example.com', { protocol: 'https', port: 443 }],
  ['socks5h://[2001:db8::1]:9050', { protocol: 'socks5', host: '2001:db8::1', port: 9050 }],
])('%s', (server, expected) => {
  expect(ProxySetting.safeParse({ server }).success).toBe(true)
  expect(openProxy(keys, 'acme', { server })).toMatchObject(expected)
})

test.each(['http://user:pass@proxy.example.com', 'ftp://x:1', 'http://x/path', 'socks4://x:1', '', 'a b'])(
  '%s is no proxy',
  (server) => {
    expect(ProxySetting.safeParse({ server }).success).toBe(false)
  },
)

test('none at all, and one from the environment', () => {
  expect(openProxy(keys, 'acme', { server: 'direct' })).toBeUndefined()
  expect(proxyIn('http://a%40b:c%3Ad@10.0.0.1:8080')).toEqual({
    protocol: 'http',
    host: '10.0.0.1',
    port: 8080,
    username: 'a@b',
    password: 'c:d',
  })
  expect(proxyIn('nonsense://')).toBeUndefined()
})

test('a deployment that names no proxy goes direct, and not through a host of that name', () => {
  expect(proxyIn('direct')).toBeUndefined()
  expect(proxyIn('direct:3128')).toMatchObject({ host: 'direct', port: 3128 })
})
