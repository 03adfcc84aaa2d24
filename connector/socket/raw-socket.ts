/**
 * The WebSocket under a Baileys socket, and the ends of it that Baileys misses: it keeps `ws` from giving up on a
 * refused upgrade, and waits half a minute for a server that does not answer a closing handshake.
 */
import type { WASocket } from '@whiskeysockets/baileys'
import type WebSocket from 'ws'

const CLOSING_MS = 1000

export type RawEvents = {
  onFrame(): void
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
  const close = raw.close.bind(raw)
  raw.close = (...args) => {
    close(...args)
    setTimeout(() => raw.terminate(), CLOSING_MS).unref()
  }
  return raw
}
