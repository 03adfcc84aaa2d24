/**
 * A way through a proxy: a TCP connection to the proxy, on which it was asked for one to the target. What comes out
 * belongs to whoever asked, and nothing has been read from it that was meant for them.
 */
import { lookup as resolveName } from 'node:dns'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { mayReach, type Reach } from '#core/platform/addresses.ts'
import { guarded } from '#core/platform/outbound.ts'
import type { ProxyServer } from '#core/proxy.ts'
import { ProxyFault } from './fault.ts'
import { askHttp } from './http.ts'
import { askSocks } from './socks.ts'

export type Target = { host: string; port: number }
/** `reach`: where proxies may be that owners of sessions have named. */
export type Way = { proxy: ProxyServer; reach: Reach }

/** For all of it, until the target is there. */
const PATIENCE_MS = 15_000

/** @throws ProxyFault */
export async function tunnel({ proxy, reach }: Way, target: Target): Promise<Socket> {
  const socket = await reached(proxy, reach)
  const late = setTimeout(
    () => socket.destroy(new ProxyFault('unreachable', 'The proxy did not answer in time.')),
    PATIENCE_MS,
  )
  try {
    await (proxy.protocol === 'socks5' ? askSocks : askHttp)(socket, proxy, target)
    return socket
  } catch (error) {
    socket.destroy()
    if (error instanceof ProxyFault) throw error
    throw new ProxyFault('unreachable', 'The connection to the proxy was lost.', undefined, error)
  } finally {
    clearTimeout(late)
  }
}

function reached({ protocol, host, port }: ProxyServer, reach: Reach): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  if (isIP(host) && !mayReach(host, reach)) return Promise.reject(notAllowed())
  const lookup: LookupFunction = guarded(resolveName, reach)
  const socket: Socket =
    protocol === 'https'
      ? connectTls({ host, port, lookup, servername: host })
      : connect({ host, port, lookup })
  const failed = (cause: unknown) =>
    reject(
      new ProxyFault('unreachable', `The proxy could not be reached: ${reasonOf(cause)}.`, undefined, cause),
    )
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
  socket.once('error', failed)
  socket.once(protocol === 'https' ? 'secureConnect' : 'connect', () => {
    socket.setTimeout(0)
    socket.off('error', failed)
    resolve(socket)
  })
  return promise
}

const notAllowed = () =>
  new ProxyFault('refused', 'The proxy has an address that may not be reached from here.')

const reasonOf = (cause: unknown): string =>
  (cause as { code?: string }).code ?? (cause instanceof Error ? cause.message : 'unknown')
