import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type DownloadOptions, download } from './download.ts'

async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const LIMITS: DownloadOptions = { reach: 'loopback', limitBytes: 1_000 }
const whole = async (address: string, options: Partial<DownloadOptions> = {}) => {
  const { content, ...rest } = await download(address, { ...LIMITS, ...options })
  return { ...rest, content: (await buffer(content)).toString() }
}

test('a file comes with its type and its name, over redirections', async () => {
  await using server = await serving((request, response) => {
    if (request.url === '/old')
      return void response.writeHead(302, { location: '/pictures/a%20cat.png' }).end()
    response.writeHead(200, { 'content-type': 'Image/PNG; charset=x' }).end('meow')
  })
  expect(await whole(`${server.origin}/old`)).toEqual({
    content: 'meow',
    mimetype: 'image/png',
    charset: 'x',
    fileName: 'a cat.png',
    url: `${server.origin}/pictures/a%20cat.png`,
  })
})

test.each<[string, RequestListener, string]>([
  ['a dead link', (_, response) => void response.writeHead(404).end(), 'status_404'],
  [
    'a redirect loop',
    (request, response) => void response.writeHead(301, { location: `${request.url}x` }).end(),
    'too_many_redirects',
  ],
  [
    'a redirect to a private address',
    (_, response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    'address_refused',
  ],
  [
    'a redirect to the metadata service',
    (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    'address_refused',
  ],
  [
    'a redirect to another protocol',
    (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    'invalid_url',
  ],
  [
    'a file that says it is too large',
    (_, response) => void response.writeHead(200, { 'content-length': '5000' }).write('x'),
    'too_large',
  ],
  [
    'a file that is too large without saying so',
    (_, response) => void response.end(Buffer.alloc(5_000)),
    'too_large',
  ],
  ['a server that accepts and says nothing', () => undefined, 'timeout'],
  [
    'a server that stops in the middle',
    (_, response) => void response.writeHead(200, { 'content-length': '10' }).write('half'),
    'timeout',
  ],
  [
    'a connection that breaks',
    (_, response) =>
      void response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy()),
    'connection_lost',
  ],
])('%s is named', async (_, listener, reason) => {
  await using server = await serving(listener)
  const limits = reason === 'timeout' ? { idleLimit: 300, timeLimit: 1_000 } : {}
  await expect(whole(server.origin, limits)).rejects.toMatchObject({ reason })
})

test('a file that trickles is cut off after its time', async () => {
  await using server = await serving((_, response) => {
    const drip = setInterval(() => response.write('x'), 20)
    response.once('close', () => clearInterval(drip))
  })
  await expect(whole(server.origin, { timeLimit: 300 })).rejects.toMatchObject({ reason: 'timeout' })
})

test.each([
  'http://127.0.0.1:1/',
  'http://localhost:1/',
  'http://10.1.2.3/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://0x7f000001/',
])('%s is out of reach for the public', async (address) => {
  await expect(whole(address, { reach: 'public' })).rejects.toMatchObject({ reason: 'address_refused' })
})

test.each(['ftp://example.org/', 'javascript:alert(1)', 'http://user:secret@127.0.0.1/', 'nonsense', ''])(
  '%j is no address',
  async (address) => {
    await expect(whole(address)).rejects.toMatchObject({ reason: 'invalid_url' })
  },
)
