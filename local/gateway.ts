/**
 * API Gateway's WebSocket API on one machine: tells the functions of connections and frames as it does, ends connections
 * when it would, and answers its management API, on a port of its own that only this machine reaches.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Log } from '#core/platform/log.ts'
import type { Answer } from '../functions/live/gate.ts'
import type { Routes, SocketEvent } from '../functions/live/routes.ts'
import type { Accept, Line } from './sockets.ts'

/** Milliseconds: how long a connection lasts at most, and without a word from its client. */
const LIFE_MS = 2 * 60 * 60_000
const IDLE_MS = 10 * 60_000
const ENDS_WITHIN_MS = 1_000

export type Gateway = Accept & {
  /** Where its management API listens. */
  endpoint: string
  /** A connection that is no socket: what is posted to it goes to this line. @returns its id */
  attach(line: Line): string
  detach(id: string): void
} & AsyncDisposable

/** @param routes what answers, as the function behind the gateway does; made when the endpoint is known */
export async function startGateway(
  routes: (endpoint: string) => Routes,
  log: Pick<Log, 'warn'>,
): Promise<Gateway> {
  const lines = new Map<string, { line: Line; idle?: NodeJS.Timeout; life?: NodeJS.Timeout }>()
  const leaving = new Set<Promise<void>>()
  const server = createServer((request, response) => void manage(lines, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const route = routes(endpoint)

  const ask = async (
    routeKey: string,
    id: string,
    rest: Partial<SocketEvent> = {},
    address?: string,
  ): Promise<Answer> => {
    try {
      return await route(eventOf(routeKey, id, rest, address))
    } catch (err) {
      log.warn({ err, routeKey }, 'a live connection could not be served')
      return { statusCode: 500 }
    }
  }
  const idle = (line: Line) => setTimeout(() => line.close(), IDLE_MS)

  return {
    endpoint,
    async enter(headers, address) {
      const id = newConnectionId()
      return { id, answer: await ask('$connect', id, { headers }, address) }
    },
    opened(id, line) {
      lines.set(id, { line, idle: idle(line), life: setTimeout(() => line.close(), LIFE_MS) })
    },
    async said(id, body) {
      const entry = lines.get(id)
      if (!entry) return
      clearTimeout(entry.idle)
      entry.idle = idle(entry.line)
      await ask('$default', id, { body })
    },
    async left(id) {
      const entry = lines.get(id)
      clearTimeout(entry?.idle)
      clearTimeout(entry?.life)
      lines.delete(id)
      const gone = ask('$disconnect', id).then(() => void leaving.delete(gone))
      leaving.add(gone)
      await gone
    },
    attach(line) {
      const id = newConnectionId()
      lines.set(id, { line })
      return id
    },
    detach: (id) => void lines.delete(id),
    async [Symbol.asyncDispose]() {
      for (const { line } of lines.values()) line.close()
      const left = async () => {
        while (lines.size + leaving.size > 0) await new Promise((resolve) => setImmediate(resolve))
      }
      let patience: NodeJS.Timeout | undefined
      const enough = new Promise((resolve) => {
        patience = setTimeout(resolve, ENDS_WITHIN_MS)
      })
      await Promise.race([left(), enough])
      clearTimeout(patience)
      for (const entry of lines.values()) {
        clearTimeout(entry.idle)
        clearTimeout(entry.life)
      }
      lines.clear()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** `POST`, `DELETE` and `GET` of `/@connections/{id}`. */
async function manage(
  lines: ReadonlyMap<string, { line: Line }>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, id = ''] = /\/@connections\/([^/?]+)$/.exec(request.url ?? '') ?? []
  const line = lines.get(decodeURIComponent(id))?.line
  const answer = (status: number, kind?: string) =>
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(kind ? { 'x-amzn-errortype': kind } : {}),
      })
      .end('{}')
  try {
    const said = await text(request)
    if (!line) answer(410, 'GoneException')
    else if (request.method === 'POST') (await line.send(said)) ? answer(200) : answer(410, 'GoneException')
    else if (request.method === 'DELETE') {
      line.close()
      answer(204)
    } else answer(200)
  } catch {
    // The caller went away while it spoke.
    response.destroy()
  }
}

/** As AWS makes them: 12 bytes, padded. */
const newConnectionId = (): string => `${randomBytes(11).toString('base64').replaceAll('/', '_')}`

const eventOf = (
  routeKey: string,
  connectionId: string,
  rest: Partial<SocketEvent>,
  address: string | undefined,
): SocketEvent => ({
  isBase64Encoded: false,
  ...rest,
  requestContext: { routeKey, connectionId, ...(address ? { identity: { sourceIp: address } } : {}) },
})
