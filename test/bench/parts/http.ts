/** JSON over HTTP with connections that stay open and no time limit: one call costs the bench as little as possible. */
import { Agent, type IncomingMessage, request } from 'node:http'

const agent = new Agent({ keepAlive: true })

export type Answer = { status: number; body: unknown }

export async function ask(
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const json = text === undefined ? {} : { 'content-type': 'application/json' }
    const outgoing = request(url, { method, agent, headers: { ...json, ...headers } }, resolve)
    outgoing.once('error', reject)
    outgoing.end(text)
  })
  return { status: incoming.statusCode ?? 0, body: await readJson(incoming) }
}

export async function readJson(message: AsyncIterable<unknown>): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString() || 'null')
}
