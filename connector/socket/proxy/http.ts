/** How an HTTP proxy is asked for a connection (RFC 9110, section 9.3.6). */
import type { Socket } from 'node:net'
import type { ProxyServer } from '#core/proxy.ts'
import { ProxyFault } from './fault.ts'
import { readUntil } from './read.ts'
import type { Target } from './tunnel.ts'

const LONGEST_ANSWER = 16_384
const END = '\r\n\r\n'

/** @throws ProxyFault */
export async function askHttp(
  socket: Socket,
  { username, password }: ProxyServer,
  { host, port }: Target,
): Promise<void> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(username || password ? [`Proxy-Authorization: Basic ${credentials}`] : []),
  ]
  socket.write(`${lines.join('\r\n')}${END}`)
  const answer = await readUntil(socket, (seen) => {
    const end = seen.indexOf(END)
    if (end < 0 && seen.length > LONGEST_ANSWER) throw new ProxyFault('refused', 'This is no HTTP proxy.')
    return end < 0 ? undefined : end + END.length
  })
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer.toString('latin1'))?.[1] ?? 0)
  if (status >= 200 && status < 300) return
  if (status === 407) throw new ProxyFault('authentication', 'The proxy wants other credentials.', status)
  throw new ProxyFault('refused', `The proxy answered ${status || 'something else than HTTP'}.`, status)
}
