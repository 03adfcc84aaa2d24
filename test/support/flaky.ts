/**
 * A bad road to a database: stands before any HTTP endpoint, and is slow, breaks or throttles when it is told to. It
 * counts what it let through, so that a test knows that its trouble was real.
 */
import { Agent, createServer, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export type Road = {
  /** Added to every call. */
  delayMs: number
  /** Calls get no answer, their connection is cut. */
  isDown: boolean
  /** The share of calls that is told to come later, between 0 and 1. */
  throttled: number
}

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
})

export async function flakyRoad(to: string) {
  const road: Road = { delayMs: 0, isDown: false, throttled: 0 }
  const seen = { passed: 0, cut: 0, throttled: 0 }
  const agent = new Agent({ keepAlive: true })
  const server = createServer(async (call, answer) => {
    if (road.isDown) {
      seen.cut++
      call.socket.destroy()
      return
    }
    if (Math.random() < road.throttled) {
      seen.throttled++
      call.resume()
      answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED)
      return
    }
    if (road.delayMs > 0) await pause(road.delayMs)
    seen.passed++
    const passed = request(new URL(call.url ?? '/', to), {
      method: call.method,
      headers: call.headers,
      agent,
    })
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    call.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    road,
    seen,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
