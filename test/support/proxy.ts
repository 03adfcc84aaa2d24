/**
 * Little proxies on loopback, of both kinds, as a company has them: with or without a password, with a count of what went
 * through. They can be stopped and come back at the same address.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { readBytes, readUntil } from '../../connector/socket/proxy/read.ts'

export type Credentials = { username: string; password: string }
export type LittleProxy = Awaited<ReturnType<typeof littleProxy>>

type Counts = { connections: number; targets: string[]; refused: number; bytes: number }

/** `isClosed` is asked for each connection: the proxy then says no to the target. */
export async function littleProxy(
  kind: 'http' | 'socks5',
  options: { credentials?: Credentials; isClosed?: () => boolean } = {},
) {
  const counts: Counts = { connections: 0, targets: [], refused: 0, bytes: 0 }
  const open = new Set<Socket>()
  const serve = kind === 'http' ? serveHttp : serveSocks
  let server: Server | undefined
  let port = 0

  const start = async () => {
    server = createServer((socket) => {
      counts.connections++
      open.add(socket)
      socket.on('error', () => undefined).on('close', () => open.delete(socket))
      serve(socket, options, counts).then(
        (target) => target && join(socket, target, open, counts),
        () => socket.destroy(),
      )
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const stop = async () => {
    for (const socket of open) socket.destroy()
    if (!server?.listening) return
    server.close()
    await once(server, 'close')
  }
  await start()
  return {
    counts,
    start,
    stop,
    port,
    server: `${kind}://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: stop,
  }
}

type Target = { host: string; port: number; accept(): void; refuse(): void }
type Options = { credentials?: Credentials; isClosed?: () => boolean }

async function serveHttp(socket: Socket, { credentials, isClosed }: Options, counts: Counts) {
  const head = (
    await readUntil(socket, (seen) => (seen.includes('\r\n\r\n') ? seen.indexOf('\r\n\r\n') + 4 : undefined))
  ).toString()
  const expected =
    credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
  const given = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1]
  const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1/.exec(head) ?? []
  const end = (status: string) => {
    counts.refused++
    socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
  }
  if (given !== expected) return end('407 Proxy Authentication Required')
  if (isClosed?.()) return end('403 Forbidden')
  return target(host, Number(port), {
    accept: () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'),
    refuse: () => end('502 Bad Gateway'),
  })
}

async function serveSocks(socket: Socket, { credentials, isClosed }: Options, counts: Counts) {
  const [, methods = 0] = await readBytes(socket, 2)
  const offered = await readBytes(socket, methods)
  const method = credentials ? 2 : 0
  const end = (...bytes: number[]) => {
    counts.refused++
    socket.end(Buffer.from(bytes))
  }
  if (!offered.includes(method)) return end(5, 0xff)
  socket.write(Buffer.of(5, method))
  if (credentials) {
    const [, length = 0] = await readBytes(socket, 2)
    const username = (await readBytes(socket, length)).toString()
    const password = (await readBytes(socket, (await readBytes(socket, 1))[0] ?? 0)).toString()
    if (username !== credentials.username || password !== credentials.password) return end(1, 1)
    socket.write(Buffer.of(1, 0))
  }
  const [, , , kind] = await readBytes(socket, 4)
  const host =
    kind === 1
      ? [...(await readBytes(socket, 4))].join('.')
      : (await readBytes(socket, (await readBytes(socket, 1))[0] ?? 0)).toString()
  const port = (await readBytes(socket, 2)).readUInt16BE()
  const reply = (code: number) => [5, code, 0, 1, 127, 0, 0, 1, 0, 0]
  if (isClosed?.()) return end(...reply(2))
  return target(host, port, {
    accept: () => socket.write(Buffer.from(reply(0))),
    refuse: () => end(...reply(5)),
  })
}

const target = (host: string, port: number, answers: Pick<Target, 'accept' | 'refuse'>): Target => ({
  host,
  port,
  ...answers,
})

function join(client: Socket, { host, port, accept, refuse }: Target, open: Set<Socket>, counts: Counts) {
  const far = connect({ host, port })
  open.add(far)
  far.once('error', refuse)
  far.on('close', () => {
    open.delete(far)
    client.destroy()
  })
  client.on('close', () => far.destroy())
  far.once('connect', () => {
    far.off('error', refuse).on('error', () => client.destroy())
    counts.targets.push(`${host}:${port}`)
    accept()
    far.on('data', (chunk: Buffer) => {
      counts.bytes += chunk.length
    })
    client.pipe(far)
    far.pipe(client)
  })
}
