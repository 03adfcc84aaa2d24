/** A road to a store or a queue: a server on this machine that is told of every call, and can hand it on to where it leads. */
import { Agent, type ClientRequest, createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'

type Call = Parameters<RequestListener>[0]
type Answer = Parameters<RequestListener>[1]
export type Traffic = {
  call: Call
  answer: Answer
  /** Hands the call on, and the answer back. @returns to what its body is still to be written */
  pass(): ClientRequest
}

export async function openRoad(to: string, take: (traffic: Traffic) => void | Promise<void>) {
  const agent = new Agent({ keepAlive: true })
  const pass = (call: Call, answer: Answer) => {
    const { method, headers, url = '/' } = call
    const passed = request(new URL(url, to), { method, headers, agent })
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    return passed
  }
  const server = createServer(async (call, answer) => {
    try {
      await take({ call, answer, pass: () => pass(call, answer) })
    } catch {
      // Whoever calls has hung up half-way.
      answer.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
