import { Agent, createServer, get, request } from 'node:http'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { logger } from '#core/platform/log.ts'
import type { ApiEnv } from '../functions/api/context.ts'
import { answerFaults } from '../functions/api/errors.ts'
import { BODY_LIMIT, bounded } from '../functions/api/request.ts'
import { until } from '../test/support/until.ts'
import { every } from './every.ts'
import { serveHttp } from './http.ts'
import { choosePort, freePort } from './port.ts'

test('a taken port is named with its setting', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await until('the port is taken', () => server.listening)
  await expect(choosePort(port, 'SANDBOX_PORT')).rejects.toThrow(
    `Port ${port} is taken: set SANDBOX_PORT to a free port, or to 0 for any.`,
  )
  await new Promise((resolve) => server.close(resolve))
  expect(await choosePort(port, 'SANDBOX_PORT')).toBe(port)
})

test('a free port is none that an outgoing connection could take before it is listened on', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(ports.filter((port) => port < 1024 || port >= 32_768)).toEqual([])
})

test('a running request is answered before the server ends', async () => {
  const answer = Promise.withResolvers<Response>()
  const asked = Promise.withResolvers<void>()
  const port = await freePort()
  const server = await serveHttp(
    () => {
      asked.resolve()
      return answer.promise
    },
    port,
    `http://127.0.0.1:${port}`,
  )
  const request = fetch(`http://127.0.0.1:${port}/`)
  await asked.promise
  const ended = server[Symbol.asyncDispose]()
  answer.resolve(new Response('done'))
  expect(await (await request).text()).toBe('done')
  await ended
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

test.each([
  ['says how long it is', true],
  ['does not say', false],
])('after a body that is too large and %s, its connection can be used on', async (_, saysIt) => {
  const port = await freePort()
  const app = new Hono<ApiEnv>().use(bounded)
  app.post('/', (c) => c.text('read'))
  app.onError(answerFaults(logger('silent')))
  await using _server = await serveHttp(app.fetch, port, `http://127.0.0.1:${port}`)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (bytes: number) =>
    new Promise<{ status: number | undefined; onSameSocket: boolean }>((resolve, reject) => {
      const headers = saysIt ? { 'content-length': bytes } : { 'transfer-encoding': 'chunked' }
      const asking = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (answer) => {
        answer.resume()
        answer.on('end', () => resolve({ status: answer.statusCode, onSameSocket: asking.reusedSocket }))
      })
      asking.on('error', reject)
      asking.end(Buffer.alloc(bytes))
    })
  expect((await post(BODY_LIMIT * 3)).status).toBe(413)
  expect(await post(10)).toEqual({ status: 200, onSameSocket: true })
  expect(await post(BODY_LIMIT * 2)).toEqual({ status: 413, onSameSocket: true })
  agent.destroy()
})

test('it answers to its own names only, which keeps web pages of other names out', async () => {
  const port = await freePort()
  await using _server = await serveHttp(() => new Response('ours'), port, 'https://lines.example.org')
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      get({ port, host: '127.0.0.1', headers: { host } }, ({ statusCode }) => resolve(statusCode)).on(
        'error',
        reject,
      )
    })
  expect(await ask(`127.0.0.1:${port}`)).toBe(200)
  expect(await ask(`localhost:${port}`)).toBe(200)
  expect(await ask('lines.example.org')).toBe(200)
  expect(await ask(`evil.example.org:${port}`)).toBe(403)
})

test('a timed job runs again after a failure, never twice at once, and is waited for at the end', async () => {
  let running = 0
  let most = 0
  let runs = 0
  const job = every(5, 'test', logger('silent'), async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 15))
    running--
    if (++runs === 1) throw new Error('the first time')
  })
  await until('three runs', () => runs >= 3)
  await job[Symbol.asyncDispose]()
  expect({ most, running }).toEqual({ most: 1, running: 0 })
})
