/** A web server of a test's own on this machine. What it answers, the test says, and says anew as often as it likes. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Site = Awaited<ReturnType<typeof site>>

const nothing: RequestListener = (_, response) => void response.writeHead(404).end()

export async function site(answer = nothing) {
  let current = answer
  const server = createServer((request, response) => current(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers(next: RequestListener): void {
      current = next
    },
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}
