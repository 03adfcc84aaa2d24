/**
 * The WebSocket under a Baileys socket, and what Baileys misses of it: it keeps `ws` from giving up on a refused upgrade,
 * waits half a minute for a server that does not answer a closing handshake, and leaves the failure of whoever reads a
 * stanza to nobody, so that one stanza of one session would end the process of all.
 */
import type { WASocket } from '@whiskeysockets/baileys'
import type WebSocket from 'ws'

const CLOSING_MS = 1000

export type RawEvents = {
  onFrame(): void
  /** A stanza could not be read, or somebody failed who heard of it. Those behind it are read. */
  onUnread(error: unknown): void
  /** The upgrade was answered with this HTTP status. */
  onRefused(status: number | undefined): void
  onGone(): void
  /** It has been gone for a while; Baileys should have said why by now. */
  onLongGone(): void
}

/** Exists as soon as the socket does: Baileys connects while it is made. */
export function watchRaw({ ws }: WASocket, events: RawEvents): WebSocket {
  const { socket: raw } = ws as unknown as { socket: WebSocket }
  raw.once('close', () => {
    events.onGone()
    setTimeout(events.onLongGone, CLOSING_MS).unref()
  })
  ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) =>
    events.onRefused(response.statusCode),
  )
  ws.on('frame', events.onFrame)
  readOn(ws, events.onUnread)
  const close = raw.close.bind(raw)
  raw.close = (...args) => {
    close(...args)
    setTimeout(() => raw.terminate(), CLOSING_MS).unref()
  }
  return raw
}

type Reader = (bytes: Uint8Array) => Promise<void>
const NOTHING = new Uint8Array()

/** @throws Error when Baileys does not read as it did */
function readOn(ws: WASocket['ws'], onUnread: (error: unknown) => void): void {
  const [read, ...others] = ws.listeners('message') as Reader[]
  if (!read || others.length > 0) throw new Error('Baileys has changed how it reads its socket')
  const readAll: Reader = (bytes) =>
    read(bytes).catch((error: unknown) => {
      onUnread(error)
      return readAll(NOTHING)
    })
  ws.off('message', read).on('message', readAll)
}
