/** The WebSocket API in front of a function: sockets become the events that API Gateway would hand over. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { logger } from '#core/platform/log.ts'
import type { Answer } from '../../../functions/live/gate.ts'
import { startGateway } from '../../../local/gateway.ts'
import { accept } from '../../../local/sockets.ts'
import { socketEvent } from './events.ts'
import type { Invocation } from './lambda.ts'

export async function startSockets(invoke: (event: unknown) => Promise<Invocation>) {
  await using stack = new AsyncDisposableStack()
  const gateway = stack.use(
    await startGateway(
      () =>
        async ({ requestContext: { routeKey, connectionId }, headers, body }) => {
          const event = socketEvent({
            routeKey,
            connectionId,
            ...(headers ? { headers } : {}),
            body: body ?? null,
          })
          const { result, error } = await invoke(event)
          // A function that fails is a 502 at the door, and silence behind it.
          if (error) return { statusCode: 502, body: error.message }
          return result as Answer
        },
      logger('silent'),
    ),
  )
  const server = createServer()
  server.on('upgrade', (request, socket, head) => accept(gateway, request, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => void server.close())
  const resources = stack.move()
  return {
    endpoint: gateway.endpoint,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

type Told = { type: string; code?: string; events?: { payload: { message?: { text?: string } } }[] }

/** A connection, and what it was told. Rejects when it is refused. */
export async function liveClient(url: string, protocols: string[]) {
  const socket = new WebSocket(url, protocols)
  const told: Told[] = []
  socket.onmessage = ({ data }) => told.push(JSON.parse(String(data)))
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  return { socket, told, say: (frame: object) => socket.send(JSON.stringify(frame)) }
}

export const textsIn = (told: Told[]): (string | undefined)[] =>
  told.flatMap(({ events = [] }) => events.map(({ payload }) => payload.message?.text))
