/**
 * The API over plain HTTP on this machine: the same Hono app that Lambda runs, on the loopback address only.
 */
import { createAdaptorServer } from '@hono/node-server'

const HOST = '127.0.0.1'
const REQUESTS_END_WITHIN_MS = 2_000

type Fetch = (request: Request) => Response | Promise<Response>

/** Disposing takes no new requests, gives running ones two seconds, and then closes what is left. */
export async function serveHttp(fetch: Fetch, port: number): Promise<AsyncDisposable> {
  const server = createAdaptorServer({ fetch, hostname: HOST })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, resolve)
  })
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      if (!('closeAllConnections' in server)) return
      const idle = setInterval(() => server.closeIdleConnections(), 20)
      const insist = setTimeout(() => server.closeAllConnections(), REQUESTS_END_WITHIN_MS)
      await closed
      clearInterval(idle)
      clearTimeout(insist)
    },
  }
}
