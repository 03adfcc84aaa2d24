import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { proxyIn } from '#core/proxy.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { littleProxy } from '../../../test/support/proxy.ts'
import { ProxyFault } from './fault.ts'
import { routeTo } from './route.ts'
import { tunnel, type Way } from './tunnel.ts'

const credentials = { username: 'käthe', password: 's3cret:pass' }
const web = createServer((request, response) => response.end(`you asked for ${request.url}`))
let port: number

beforeAll(async () => {
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  port = (web.address() as AddressInfo).port
})
afterAll(() => web.close())

const wayTo = (address: string, over: Partial<NonNullable<ReturnType<typeof proxyIn>>> = {}): Way => {
  const proxy = proxyIn(address)
  if (!proxy) throw new Error(`no proxy: ${address}`)
  return { proxy: { ...proxy, ...over }, reach: 'loopback' }
}
const problemOf = async (way: Way, target = { host: '127.0.0.1', port }) => {
  const error: unknown = await tunnel(way, target).catch((fault: unknown) => fault)
  expect(error).toBeInstanceOf(ProxyFault)
  const { problem, message } = error as ProxyFault
  expect(message).not.toContain('s3cret')
  return problem
}

test.each(['http', 'socks5'] as const)('through %s, with a password and without', async (kind) => {
  for (const secret of [undefined, credentials]) {
    await using proxy = await littleProxy(kind, secret ? { credentials: secret } : {})
    const { dispatcher, close } = routeTo(
      { mode: 'sandbox', url: 'ws://127.0.0.1:1', rootKey: '' },
      wayTo(proxy.server, secret),
    )
    const answer = await fetch(`http://localhost:${port}/file`, { ...(dispatcher ? { dispatcher } : {}) })
    expect(await answer.text()).toBe('you asked for /file')
    // The name was resolved by the proxy, not here.
    expect(proxy.counts.targets).toEqual([`localhost:${port}`])
    close()
  }
})

test.each(['http', 'socks5'] as const)('what is wrong with %s has a name', async (kind) => {
  let isClosed = false
  await using proxy = await littleProxy(kind, { credentials, isClosed: () => isClosed })
  expect(await problemOf(wayTo(proxy.server))).toBe('authentication')
  expect(await problemOf(wayTo(proxy.server, { ...credentials, password: 'wrong' }))).toBe('authentication')
  isClosed = true
  expect(await problemOf(wayTo(proxy.server, credentials))).toBe('refused')
  isClosed = false
  expect(await problemOf(wayTo(proxy.server, credentials), { host: '127.0.0.1', port: 1 })).toBe('refused')
  const socket = await tunnel(wayTo(proxy.server, credentials), { host: '127.0.0.1', port })
  socket.destroy()
  await proxy.stop()
  expect(await problemOf(wayTo(proxy.server, credentials))).toBe('unreachable')
})

test('something else that listens there is no proxy', async () => {
  const other = createTcpServer((socket) => socket.end('220 mail.example.com ready\r\n\r\n'))
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
  expect(await problemOf(wayTo(`http://${address}`))).toBe('refused')
  expect(await problemOf(wayTo(`socks5://${address}`))).toBe('refused')
  other.close()
})

test('one that talks without end is given up, and takes nothing else with it', async () => {
  const other = createTcpServer((socket) => {
    const talking = setInterval(() => socket.write('x'.repeat(4_000)), 5)
    socket.on('error', () => undefined).on('close', () => clearInterval(talking))
  })
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
  expect(await problemOf(wayTo(`http://${address}`))).toBe('refused')
  other.close()
})

test('an address inside is not reached for the owner of a session', async () => {
  await using proxy = await littleProxy('http')
  expect(await problemOf({ ...wayTo(proxy.server), reach: 'public' })).toBe('refused')
  expect(proxy.counts.connections).toBe(0)
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.runIf(hasOpenssl)(
  'a proxy behind TLS is spoken to when its certificate is good, and only then',
  async () => {
    using folder = temporaryFolder()
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const request = ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...name]
    expect(spawnSync('openssl', request).status).toBe(0)
    await using proxy = await littleProxy('http', { credentials })
    const door = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      const inside = connect(proxy.port, '127.0.0.1')
      socket.pipe(inside).pipe(socket)
      for (const end of [socket, inside]) end.on('error', () => undefined)
    })
    door.on('tlsClientError', () => undefined).listen(0, '127.0.0.1')
    await once(door, 'listening')
    const way = wayTo(`https://localhost:${(door.address() as AddressInfo).port}`, credentials)
    const known = getCACertificates('default')
    try {
      expect(await problemOf(way)).toBe('unreachable')
      expect(proxy.counts.connections).toBe(0)
      setDefaultCACertificates([...known, readFileSync(cert, 'utf8')])
      const { dispatcher, close } = routeTo({ mode: 'sandbox', url: 'ws://127.0.0.1:1', rootKey: '' }, way)
      const answer = await fetch(`http://localhost:${port}/file`, { ...(dispatcher ? { dispatcher } : {}) })
      expect(await answer.text()).toBe('you asked for /file')
      close()
    } finally {
      setDefaultCACertificates(known)
      door.close()
    }
  },
)
