/** The one port: HTTP for the control API, and the WebSocket that clients take for WhatsApp. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { WebSocketServer } from 'ws'
import { mediaApp } from './media/app.ts'
import { connect } from './wire/connection.ts'
import { greet, handle } from './wire/stanzas.ts'
import type { World } from './world.ts'

export const CHAT_PATH = '/ws/chat'

export type Listening = { port: number; close(): Promise<void> }

export async function listen(world: World, app: Hono): Promise<Listening> {
  const http = createAdaptorServer({ fetch: fetchOf(world, app) }) as Server
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const handlers = {
    greeted: greet.bind(undefined, world),
    stanza: handle.bind(undefined, world),
  }
  http.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '/', 'http://sandbox').pathname !== CHAT_PATH)
      return refuse(socket, '404 Not Found')
    if (world.faults.find('refuse')) return refuse(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (client) => connect(world, client, handlers))
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  http.once('error', reject)
  http.listen(world.options.port, world.options.host, resolve)
  await promise
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      for (const connection of world.live.all()) connection.cut()
      const closed = new Promise((done) => http.close(done))
      http.closeAllConnections()
      await closed
    },
  }
}

/** Files take a way of their own, on which nothing is held in memory. */
function fetchOf(world: World, control: Hono): Hono['fetch'] {
  const media = mediaApp(world)
  return (request, ...rest) =>
    /^\/(mms|newsletter)\//.test(new URL(request.url).pathname)
      ? media.fetch(request, ...rest)
      : control.fetch(request, ...rest)
}

function refuse(socket: Duplex, status: string) {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
