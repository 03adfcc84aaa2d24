import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { logger } from '#core/platform/log.ts'
import { openSockets } from '#core/platform/sockets.ts'
import type { SocketEvent } from '../functions/live/routes.ts'
import { until } from '../test/support/until.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { accept } from './sockets.ts'

/** The stand-in for API Gateway, spoken to by the very client that speaks to AWS. */
let gateway: Gateway
let post: ReturnType<typeof openSockets>
let url: string
let events: SocketEvent[]
let resources: AsyncDisposableStack
let readsWithinMs: number
const PONG = { type: 'pong' } as const
const LARGE = { type: 'pong', id: 'x'.repeat(100_000) } as const

beforeEach(async () => {
  resources = new AsyncDisposableStack()
  events = []
  readsWithinMs = 20_000
  gateway = resources.use(
    await startGateway(
      () => async (event) => {
        events.push(event)
        const isWelcome = event.headers?.authorization !== 'Bearer nobody'
        const headers = { 'Sec-WebSocket-Protocol': 'linekeeper.v1' }
        return isWelcome ? { statusCode: 200, headers } : { statusCode: 401, body: '{"code":"UNAUTHORIZED"}' }
      },
      logger('silent'),
    ),
  )
  const server = createServer()
  server.on('upgrade', (request, socket, head) =>
    accept({ ...gateway, readsWithinMs }, request, socket, head),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  resources.defer(() => void server.close())
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  post = resources.use(openSockets({ AWS_REGION: 'us-east-1', LIVE_ENDPOINT: gateway.endpoint }))
})
afterEach(() => resources.disposeAsync())

const routes = () => events.map(({ requestContext }) => requestContext.routeKey)
const connectionId = () => events.at(-1)?.requestContext.connectionId ?? ''

async function opened(protocols = ['linekeeper.v1']) {
  const socket = new WebSocket(url, protocols)
  const said: string[] = []
  socket.on('message', (data) => said.push(data.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'open')
  resources.defer(() => socket.terminate())
  return { socket, said, id: connectionId() }
}

test('a connection, its frames in their order, and its end are events with one id', async () => {
  const { socket, id } = await opened()
  expect(socket.protocol).toBe('linekeeper.v1')
  for (let nth = 0; nth < 50; nth++) socket.send(`${nth}`)
  await until('all frames', () => events.length === 51, { everyMs: 5 })
  expect(events.slice(1).map(({ body }) => body)).toEqual(Array.from({ length: 50 }, (_, nth) => `${nth}`))
  socket.close()
  await until('the end', () => routes().at(-1) === '$disconnect', { everyMs: 5 })
  expect(new Set(events.map(({ requestContext }) => requestContext.connectionId))).toEqual(new Set([id]))
})

test('who is refused is answered as over HTTP', async () => {
  const socket = new WebSocket(url, { headers: { authorization: 'Bearer nobody' } })
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  expect(response.statusCode).toBe(401)
  expect(routes()).toEqual(['$connect'])
})

test('what is no handshake leaves nothing behind', async () => {
  const { port, hostname } = new URL(url)
  const raw = connect(Number(port), hostname)
  raw.write('GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  const [answer] = await once(raw, 'data')
  expect(answer.toString()).toContain('400')
  await until('the end', () => routes().join() === '$connect,$disconnect', { everyMs: 5 })
  raw.destroy()
})

test('a connection is spoken to, looked at and closed by its id', async () => {
  const { socket, said, id } = await opened()
  expect(await post.send(id, PONG)).toBe('sent')
  await until('the word', () => said.length === 1, { everyMs: 5 })
  expect(JSON.parse(said[0] ?? '')).toEqual(PONG)
  expect(await post.isOpen(id)).toBe(true)
  const closed = once(socket, 'close')
  await post.close(id)
  expect((await closed)[0]).toBe(1001)
  await until('gone', async () => (await post.send(id, PONG)) === 'gone', { everyMs: 5 })
  expect(await post.isOpen(id)).toBe(false)
  await post.close(id)
  expect(await post.send('never/was=', PONG)).toBe('gone')
})

test('who does not read is buffered for up to a bound, and cut', async () => {
  readsWithinMs = 300
  const { socket, id } = await opened()
  socket.pause()
  let sent = 0
  while ((await post.send(id, LARGE)) === 'sent') sent++
  // What the kernel takes on both sides, and a megabyte of ours.
  expect(sent).toBeLessThan(200)
  await until('the end', () => routes().at(-1) === '$disconnect', { everyMs: 10 })
})

test('who reads slowly is waited for', async () => {
  const { socket, said, id } = await opened()
  const reading = setInterval(() => {
    socket.resume()
    setTimeout(() => socket.pause(), 20)
  }, 60)
  for (let nth = 0; nth < 150; nth++) expect(await post.send(id, LARGE)).toBe('sent')
  clearInterval(reading)
  socket.resume()
  await until('everything', () => said.length === 150)
})

test('a line that is no socket is spoken to all the same', async () => {
  const heard: string[] = []
  const id = gateway.attach({ send: async (text) => heard.push(text) < 3, close: () => undefined })
  expect([await post.send(id, PONG), await post.send(id, PONG), await post.send(id, PONG)]).toEqual([
    'sent',
    'sent',
    'gone',
  ])
  gateway.detach(id)
  expect(await post.send(id, PONG)).toBe('gone')
})

test('at the end every connection is closed, and told to have ended', async () => {
  const { socket } = await opened()
  const closed = once(socket, 'close')
  await gateway[Symbol.asyncDispose]()
  expect((await closed)[0]).toBe(1001)
  expect(routes()).toEqual(['$connect', '$disconnect'])
})
