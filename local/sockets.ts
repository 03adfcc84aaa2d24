/**
 * Accepts WebSockets on the API's own port and hands what they say to a gateway, one frame after the other. A socket that
 * takes nothing while a megabyte waits for it is cut; one that gives no sign of life is cut as well.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Answer } from '../functions/live/gate.ts'

/** What a gateway speaks to. */
export type Line = {
  /** False when it is closed, or did not read in time and was cut. */
  send(text: string): Promise<boolean>
  close(): void
}
export type Accept = {
  /** Whether it may come in, by the headers of its request. */
  enter(headers: Record<string, string>, address: string | undefined): Promise<{ answer: Answer; id: string }>
  opened(id: string, line: Line): void
  said(id: string, text: string): Promise<void>
  left(id: string): Promise<void>
  /** How long a socket may take nothing, in ms, while much waits for it. */
  readsWithinMs?: number
}

/** API Gateway's own bound of a frame that comes in. */
const FRAME_BYTES = 32 * 1024
const WAITING_BYTES = 1_000_000
const READS_WITHIN_MS = 5_000
const SIGN_OF_LIFE_MS = 30_000
/** Frames of one socket that wait for their turn before it is read no further. */
const FRAMES_WAITING = 16
const AWAY = 1001

/** The protocol that each request is to speak, of those that it offers. */
const chosen = new WeakMap<IncomingMessage, string>()
const wss = new WebSocketServer({
  noServer: true,
  maxPayload: FRAME_BYTES,
  perMessageDeflate: false,
  clientTracking: false,
  handleProtocols: (_, request) => chosen.get(request) ?? false,
})

/** Handles the upgrade of one request. Never rejects. */
export async function accept(
  { enter, opened, said, left, readsWithinMs = READS_WITHIN_MS }: Accept,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  const { answer, id } = await enter(headersOf(request), request.socket.remoteAddress)
  if (answer.statusCode !== 200) return refuse(socket, answer)
  const protocol = answer.headers?.['Sec-WebSocket-Protocol']
  if (socket.destroyed) return left(id)
  if (protocol) chosen.set(request, protocol)
  let isOpen = false
  wss.handleUpgrade(request, socket, head, (ws) => {
    isOpen = true
    opened(id, lineOf(ws, readsWithinMs))
    converse(
      ws,
      (text) => said(id, text),
      () => left(id),
    )
  })
  // A handshake that is none was answered by the library.
  if (!isOpen) await left(id)
}

function converse(ws: WebSocket, said: (text: string) => Promise<void>, left: () => Promise<void>): void {
  let turn = Promise.resolve()
  let waiting = 0
  ws.on('message', (data, isBinary) => {
    waiting++
    if (waiting >= FRAMES_WAITING) ws.pause()
    turn = turn
      .then(() => said(isBinary ? '' : data.toString()))
      .finally(() => {
        waiting--
        if (ws.isPaused && waiting < FRAMES_WAITING) ws.resume()
      })
  })
  let isAlive = true
  ws.on('pong', () => {
    isAlive = true
  })
  const watch = setInterval(() => {
    if (!isAlive) return ws.terminate()
    isAlive = false
    ws.ping()
  }, SIGN_OF_LIFE_MS)
  // `close` follows, and says that it is over.
  ws.on('error', () => undefined)
  ws.once('close', () => {
    clearInterval(watch)
    void turn.then(left)
  })
}

const lineOf = (ws: WebSocket, readsWithinMs: number): Line => ({
  close: () => ws.close(AWAY),
  send(text) {
    if (ws.readyState !== ws.OPEN) return Promise.resolve(false)
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        ws.terminate()
        resolve(false)
      }, readsWithinMs)
      ws.send(text, (error) => {
        clearTimeout(cut)
        resolve(!error)
      })
      if (ws.bufferedAmount > WAITING_BYTES) return
      clearTimeout(cut)
      resolve(true)
    })
  },
})

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : `${value}`,
    ]),
  )

export function refuse(socket: Duplex, { statusCode, headers = {}, body = '' }: Answer): void {
  const lines = Object.entries({
    ...headers,
    'Content-Length': `${Buffer.byteLength(body)}`,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${statusCode} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
