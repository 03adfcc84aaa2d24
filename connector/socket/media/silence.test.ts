import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Unanswered } from '../errors.ts'
import { silence } from './silence.ts'

const LIMIT = 1_000
const server = createServer((request, response) => {
  if (request.url === '/mute') return
  response.write('one')
  if (request.url === '/stuck') return
  let n = 0
  const more = setInterval(() => {
    if (++n < 10) return response.write('more')
    clearInterval(more)
    return response.end()
  }, LIMIT / 6)
})
let origin: string

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function read(path: string): Promise<string> {
  const { signal, watched } = silence(LIMIT)
  const { body } = await fetch(`${origin}${path}`, { signal })
  return text(watched(body as unknown as AsyncIterable<Uint8Array>))
}

test('what comes bit by bit comes whole, however long it takes', async () => {
  expect(await read('/slow')).toBe(`one${'more'.repeat(9)}`)
})

test.each(['/mute', '/stuck'])('what stops coming ends: %s', async (path) => {
  await expect(read(path)).rejects.toBeInstanceOf(Unanswered)
})
