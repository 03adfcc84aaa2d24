import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

test.each([
  ['is well', 200, { status: 'ok', failing: {} }, 0],
  ['has lost its database a moment ago', 503, { status: 'degraded', failing: { events: ago(1) } }, 0],
  ['has not reached its queue for too long', 503, { status: 'degraded', failing: { queues: ago(16) } }, 1],
  ['answers nonsense', 200, 'hello', 1],
])('a connector that %s', async (_, status, body, expected) => {
  const port = await listening((respond) => respond(status, JSON.stringify(body)))
  expect(await probe(port)).toBe(expected)
})

test('a connector that takes the call and does not answer', async () => {
  const port = await listening(() => undefined)
  expect(await probe(port)).toBe(1)
}, 15_000)

test('a connector that is not there', async () => {
  const port = await listening(() => undefined)
  await new Promise((resolve) => server?.close(resolve))
  expect(await probe(port)).toBe(1)
})

function listening(answer: (respond: (status: number, body: string) => void) => void): Promise<number> {
  const started = createServer((_request, response) => {
    answer((status, body) => {
      response.writeHead(status)
      response.end(body)
    })
  })
  server = started
  return new Promise((resolve) =>
    started.listen(0, '127.0.0.1', () => resolve((started.address() as AddressInfo).port)),
  )
}

const probe = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const env = { ...process.env, HEALTH_PORT: String(port) }
    const child = execFile(process.execPath, [join(import.meta.dirname, 'probe.ts')], { env }, () =>
      resolve(child.exitCode),
    )
  })
