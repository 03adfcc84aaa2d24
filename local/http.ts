/**
 * The API over plain HTTP on this machine: the same Hono app that Lambda runs, on the loopback address only. It answers
 * to its own names only, so that a web page whose name was made to point here cannot use a browser to call it.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { refuse } from './sockets.ts'

const ADDRESS = '127.0.0.1'
const REQUESTS_END_WITHIN_MS = 2_000
const LOOK_FOR_IDLE_MS = 20

/** `env` is what Node's adapter puts beside a request: its own view of it, unchanged. */
export type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>

/** What becomes of a request that asks for a WebSocket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>

const nowhere: Upgrade = async (_request, socket) => refuse(socket, { statusCode: 404 })

/**
 * Disposing takes no new requests, gives running ones two seconds, and then closes what is left. Sockets are not its to
 * close once they are upgraded.
 */
export async function serveHttp(
  fetch: Fetch,
  port: number,
  publicOrigin: string,
  upgrade: Upgrade = nowhere,
): Promise<AsyncDisposable> {
  const hosts = [`${ADDRESS}:${port}`, `localhost:${port}`, new URL(publicOrigin).host]
  const server = createAdaptorServer({
    fetch: (request, env) =>
      hosts.includes(new URL(request.url).host) ? fetch(request, env as HttpBindings) : notUs(),
    hostname: ADDRESS,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (hosts.includes(request.headers.host ?? '')) void upgrade(request, socket, head)
    else refuse(socket, { statusCode: 403 })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, ADDRESS, resolve)
  })
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      if (!('closeAllConnections' in server)) return
      const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS)
      const insist = setTimeout(() => server.closeAllConnections(), REQUESTS_END_WITHIN_MS)
      await closed
      clearInterval(idle)
      clearTimeout(insist)
    },
  }
}

const notUs = (): Response =>
  Response.json(
    {
      success: false,
      error: 'This machine is not called that. Set PUBLIC_ORIGIN to the origin that callers use.',
      code: 'FORBIDDEN',
      status: 403,
    },
    { status: 403 },
  )
