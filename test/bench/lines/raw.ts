/**
 * A line of raw Baileys, as its documentation says to use it, with the options that cost it least: own messages are
 * not emitted, nothing is logged.
 */
import makeWASocket, { DisconnectReason, WA_CERT_DETAILS } from '@whiskeysockets/baileys'
import pino from 'pino'
import { scan } from '../parts/phones.ts'
import type { Line, LineOptions } from './line.ts'
import { rawKeys } from './raw-keys.ts'

const logger = pino({ level: 'silent' })

/** libsignal prints whole sessions; that is not what is measured here. */
for (const way of ['log', 'info', 'warn', 'error'] as const) console[way] = () => undefined

export async function rawLine({ number, server, latency, saved }: LineOptions): Promise<Line> {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(server.rootKey, 'hex')
  const store = rawKeys(latency, saved)
  const opened = Promise.withResolvers<void>()
  let closing = false
  let sock = connect()
  await opened.promise

  function connect() {
    const made = makeWASocket({
      waWebSocketUrl: server.url,
      logger,
      emitOwnEvents: false,
      auth: { creds: store.creds, keys: store.keys },
    })
    made.ev.on('creds.update', () => void store.saveCreds())
    made.ev.on('connection.update', ({ qr, connection, lastDisconnect }) => {
      if (qr) scan(server.control, number, qr).catch(opened.reject)
      if (connection === 'open') opened.resolve()
      if (connection !== 'close' || closing) return
      const code = (lastDisconnect?.error as { output?: { statusCode?: number } } | undefined)?.output
        ?.statusCode
      if (code === DisconnectReason.restartRequired) sock = connect()
      else opened.reject(lastDisconnect?.error ?? new Error('closed'))
    })
    made.ev.on('messages.upsert', ({ messages }) => {
      for (const { key, message } of messages) {
        if (key.fromMe || !message || message.protocolMessage) continue
        line.received += 1
        line.onReceived()
      }
    })
    made.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id: string } }) => {
      line.acked += 1
      line.onAck(attrs.id)
    })
    return made
  }

  const line: Line = {
    number,
    received: 0,
    acked: 0,
    get commits() {
      return store.commits
    },
    onAck: () => undefined,
    onReceived: () => undefined,
    send: async (id, to, text) => void (await sock.sendMessage(to, { text }, { messageId: id })),
    save: store.save,
    close: async () => {
      closing = true
      await sock.end(undefined)
    },
  }
  return line
}
