/** How a SOCKS5 proxy is asked for a connection (RFC 1928, with user names by RFC 1929). Names are resolved there. */
import { isIP, type Socket } from 'node:net'
import type { ProxyServer } from '#core/proxy.ts'
import { ProxyFault } from './fault.ts'
import { readBytes, readUntil } from './read.ts'
import type { Target } from './tunnel.ts'

const VERSION = 5
const METHOD = { none: 0, password: 2 }
const CONNECT = 1
const ADDRESS = { v4: 1, name: 3, v6: 4 }
const DENIED = 'The proxy wants other credentials.'

const REPLIES: Record<number, string> = {
  1: 'it failed',
  2: 'its rules do not allow that',
  3: 'the network is unreachable',
  4: 'the host is unreachable',
  5: 'the connection was refused',
  6: 'it took too long',
  7: 'it cannot do that',
  8: 'it does not know that kind of address',
}

/** @throws ProxyFault */
export async function askSocks(socket: Socket, proxy: ProxyServer, target: Target): Promise<void> {
  const { username, password } = proxy
  const methods = username || password ? [METHOD.none, METHOD.password] : [METHOD.none]
  socket.write(Buffer.of(VERSION, methods.length, ...methods))
  const [version, method] = await readBytes(socket, 2)
  if (version !== VERSION) throw new ProxyFault('refused', 'This is no SOCKS5 proxy.')
  if (method === METHOD.password) await authenticate(socket, username ?? '', password ?? '')
  else if (method !== METHOD.none) throw new ProxyFault('authentication', DENIED)
  socket.write(Buffer.concat([Buffer.of(VERSION, CONNECT, 0), addressed(target)]))
  const answer = await readUntil(socket, lengthOfAnswer)
  const reply = answer[1] ?? 1
  if (reply !== 0)
    throw new ProxyFault(
      'refused',
      `The proxy did not connect: ${REPLIES[reply] ?? `reply ${reply}`}.`,
      reply,
    )
}

async function authenticate(socket: Socket, username: string, password: string): Promise<void> {
  const [user, secret] = [Buffer.from(username), Buffer.from(password)]
  socket.write(Buffer.concat([Buffer.of(1, user.length), user, Buffer.of(secret.length), secret]))
  const [, status] = await readBytes(socket, 2)
  if (status !== 0) throw new ProxyFault('authentication', DENIED, status)
}

function addressed({ host, port }: Target): Buffer {
  const place = Buffer.of(port >> 8, port & 0xff)
  if (isIP(host) === 4) return Buffer.concat([Buffer.of(ADDRESS.v4, ...host.split('.').map(Number)), place])
  const name = Buffer.from(host)
  return Buffer.concat([Buffer.of(ADDRESS.name, name.length), name, place])
}

/** Behind four bytes stands the address that the proxy uses, of a kind that the last of them names, and a port. */
function lengthOfAnswer(seen: Buffer): number | undefined {
  if (seen.length < 5) return undefined
  const [, , , kind, first = 0] = seen
  if (kind === ADDRESS.v4) return 4 + 4 + 2
  if (kind === ADDRESS.v6) return 4 + 16 + 2
  return 4 + 1 + first + 2
}
