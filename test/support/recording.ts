/**
 * A road to a store or a queue that writes down everything that is sent over it, whatever becomes of it there. Bytes that
 * travel as base64 are looked at as bytes too.
 */
import { Agent, createServer, request } from 'node:http'

export type Recording = Awaited<ReturnType<typeof recordingRoad>>

export async function recordingRoad(to: string) {
  const bodies: string[] = []
  const agent = new Agent({ keepAlive: true })
  const server = createServer((call, answer) => {
    const chunks: Buffer[] = []
    call.on('data', (chunk: Buffer) => chunks.push(chunk))
    call.on('end', () => {
      const body = Buffer.concat(chunks)
      bodies.push(`${call.headers['x-amz-target']} ${body}`)
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
      passed.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    forget: () => void bodies.splice(0),
    /** What was sent that has this in it, also where it is escaped, or bytes in base64. */
    having: (word: string): string[] =>
      bodies.filter((body) => [body, ...bytesIn(body)].some((text) => text.toLowerCase().includes(word))),
    count: () => bodies.length,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const bytesIn = (body: string): string[] =>
  [...body.matchAll(/"([A-Za-z0-9+/]{24,}={0,2})\\?"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('latin1'),
  )
