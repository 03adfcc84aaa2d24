/**
 * JSON over HTTP, without a time limit: a step of a bench may take minutes. Every call has a connection of its own,
 * because one that stood idle may be closed by the other side in the moment it is used again.
 */
import { type IncomingMessage, request } from 'node:http'

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
    const outgoing = request(url, { method, agent: false, headers: { ...json, ...headers } }, resolve)
    outgoing.once('error', (cause) => reject(new Error(`${method} ${url}: ${cause.message}`, { cause })))
    outgoing.end(text)
  })
  return { status: incoming.statusCode ?? 0, body: await readJson(incoming) }
}

export async function readJson(message: AsyncIterable<unknown>): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString() || 'null')
}
