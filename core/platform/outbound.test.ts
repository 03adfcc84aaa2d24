import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type OutboundOptions, openOutbound } from './outbound.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}
const serve = (listener: RequestListener) => listening(createServer(listener))

function outbound(options: Partial<OutboundOptions> = {}) {
  const out = openOutbound({ reach: 'loopback', timeLimit: 5_000, ...options })
  opened.push(out)
  return (url: string) => out.post(url, { 'content-type': 'application/json' }, '{"a":"ö"}')
}
const reasonOf = async (sent: Promise<unknown>) => {
  try {
    return await sent
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

test('posts, and keeps the status, what to wait for and the beginning of the answer', async () => {
  const seen: string[] = []
  const port = await serve((request, response) => {
    request.on('data', (chunk: Buffer) => seen.push(chunk.toString()))
    request.on('end', () => response.writeHead(429, { 'retry-after': '7' }).end('x'.repeat(100_000)))
  })
  const reply = await outbound()(`http://127.0.0.1:${port}/hook?a=1`)
  expect(seen).toEqual(['{"a":"ö"}'])
  expect(reply).toMatchObject({ status: 429, retryAfter: '7' })
  expect(reply.body.length).toBeLessThanOrEqual(4_096)
  expect(reply.body).toMatch(/^x{1000}/)
})

test('a redirect is an answer, and nobody follows it', async () => {
  let inside = 0
  const secret = await serve((_, response) => {
    inside++
    response.end()
  })
  const port = await serve((_, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${secret}/` }).end(),
  )
  expect(await outbound()(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 307 })
  expect(inside).toBe(0)
})

describe('where nobody may go', () => {
  test.each([
    'http://127.0.0.1:80/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://①②⑦.⓪.⓪.①/',
  ])('%s', async (url) => {
    expect(await reasonOf(outbound({ reach: 'public' })(url))).toBe('address_refused')
  })

  test.each(['ftp://example.org/', 'file:///etc/passwd', 'http://user:pass@example.org/', 'nonsense'])(
    '%s is no address for us',
    async (url) => {
      expect(await reasonOf(outbound()(url))).toBe('invalid_url')
    },
  )

  test('a name that leads inside, among others or alone', async () => {
    const port = await serve((_, response) => response.end())
    const leadingTo = (...addresses: string[]): OutboundOptions['resolve'] =>
      ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
        done(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        )) as never
    const to = (resolve: OutboundOptions['resolve'], reach: OutboundOptions['reach']) =>
      reasonOf(outbound({ reach, ...(resolve ? { resolve } : {}) })(`http://hook.example:${port}/`))
    expect(await to(leadingTo('127.0.0.1'), 'public')).toBe('address_refused')
    expect(await to(leadingTo('10.0.0.1', '127.0.0.1'), 'loopback')).toMatchObject({ status: 200 })
  })

  test('a name that leads outside when it is looked at, and inside when it is connected to', async () => {
    let inside = 0
    const port = await serve((_, response) => {
      inside++
      response.end()
    })
    let asked = 0
    const resolve = ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: asked++ === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }])) as never
    const post = outbound({ reach: 'public', resolve, timeLimit: 1_000 })
    await reasonOf(post(`http://rebind.example:${port}/`))
    expect(await reasonOf(post(`http://rebind.example:${port}/`))).toBe('address_refused')
    expect(inside).toBe(0)
  })

  test('localhost, by its name', async () => {
    expect(await reasonOf(outbound({ reach: 'public' })('http://localhost:1/'))).toBe('address_refused')
  })
})

describe('what goes wrong has a name', () => {
  test('nobody listens', async () => {
    const port = await serve(() => undefined)
    for (const one of opened.splice(0)) one.close()
    expect(await reasonOf(outbound()(`http://127.0.0.1:${port}/`))).toBe('connection_refused')
  })

  test('no answer in time', async () => {
    const port = await serve(() => undefined)
    expect(await reasonOf(outbound({ timeLimit: 100 })(`http://127.0.0.1:${port}/`))).toBe('timeout')
  })

  test('an answer that drips for ever', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 10)
      response.once('close', () => clearInterval(drip))
    })
    expect(await reasonOf(outbound({ timeLimit: 200 })(`http://127.0.0.1:${port}/`))).toBe('timeout')
  })

  test('an answer that ends in the middle', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setImmediate(() => response.destroy())
    })
    expect(await reasonOf(outbound()(`http://127.0.0.1:${port}/`))).toBe('connection_lost')
  })

  test('something that speaks no HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('220 mail ready\r\n'))
    const port = await listening(server as unknown as Server)
    opened.splice(-1)
    opened.push({ close: () => server.close() })
    expect(await reasonOf(outbound()(`http://127.0.0.1:${port}/`))).toBe('connection_lost')
  })

  test('a certificate that nobody vouches for', async () => {
    const pem = (name: string) => readFileSync(join(import.meta.dirname, '../../test/fixtures/tls', name))
    const server = createTlsServer(
      { key: pem('self-signed.key'), cert: pem('self-signed.pem') },
      (_, response) => response.end(),
    )
    const port = await listening(server as unknown as Server)
    expect(await reasonOf(outbound()(`https://localhost:${port}/`))).toBe('tls_failed')
  })
})

test('a connection that was closed while it waited is opened again', async () => {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.end('ok')
  })
  server.keepAliveTimeout = 1
  const port = await listening(server)
  const post = outbound()
  for (let n = 0; n < 30; n++) expect((await post(`http://127.0.0.1:${port}/`)).status).toBe(200)
  expect(requests).toBe(30)
})
