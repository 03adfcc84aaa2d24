/**
 * Everything that a connection opens goes one way: its WebSocket, what it leaves at the media servers, and what it
 * fetches from there. Without a proxy that way is the usual one.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { PlainAgent } from '../plain-agent.ts'
import type { ServerAddress } from '../types.ts'
import { tunnel, type Way } from './tunnel.ts'

/** What the built-in `fetch` takes. */
type Dispatcher = NonNullable<RequestInit['dispatcher']>

export type Route = {
  /** For the WebSocket. */
  agent?: HttpAgent
  /** For uploads, which are named by https. */
  uploads?: HttpsAgent
  /** For downloads. */
  dispatcher?: Dispatcher
  /** Nothing goes this way any more. */
  close(): void
}

const plainly = new PlainAgent({ keepAlive: true })

/** The sandbox speaks without TLS, also where Baileys names it by https. */
export function routeTo(server: ServerAddress, way: Way | undefined): Route {
  const isPlain = server.mode === 'sandbox'
  if (!way) return { ...(isPlain ? { uploads: plainly } : {}), close: () => undefined }
  const dispatcher = dispatcherThrough(way)
  return {
    agent: isPlain ? tunnelled(HttpAgent, way, false) : tunnelled(HttpsAgent, way, true),
    uploads: tunnelled(HttpsAgent, way, !isPlain),
    dispatcher,
    close: () => void dispatcher.destroy(),
  }
}

type Done = (error: Error | null, socket: Duplex) => void

/** An agent that connects through the proxy, with TLS inside or not. */
function tunnelled<A extends typeof HttpAgent>(Base: A, way: Way, isSecure: boolean): InstanceType<A> {
  const agent = new Base() as InstanceType<A>
  agent.createConnection = (options, done?: Done) => {
    const { host, port, servername } = options as {
      host?: string
      port?: number | string
      servername?: string
    }
    const target = { host: host ?? '', port: Number(port) }
    tunnel(way, target).then(
      (socket) =>
        done?.(null, isSecure ? connectTls({ socket, servername: servername ?? target.host }) : socket),
      (error: Error) => done?.(error, undefined as never),
    )
    return undefined as never
  }
  return agent
}

/** Loaded only where there is a proxy: it is a second one of what Node.js has built in, and takes memory. */
const load = createRequire(import.meta.url)

function dispatcherThrough(way: Way): Dispatcher {
  const { Agent } = load('undici') as typeof import('undici')
  const agent = new Agent({
    connect({ hostname, port, protocol, servername }, done) {
      const isSecure = protocol === 'https:'
      tunnel(way, { host: hostname, port: Number(port) || (isSecure ? 443 : 80) }).then(
        (socket) =>
          done(null, isSecure ? connectTls({ socket, servername: servername ?? hostname }) : socket),
        (error: Error) => done(error, null),
      )
    },
  })
  return agent as unknown as Dispatcher
}
