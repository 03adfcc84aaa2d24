/**
 * One attempt to speak for a device: a Baileys socket under the byte gate, watched. Baileys misses some ends (a refused
 * upgrade, a server that accepts and says nothing), so a watchdog of our own makes sure that every connection either
 * gets somewhere or says in time why it did not.
 */
import {
  type BinaryNode,
  type ConnectionState,
  makeWASocket,
  S_WHATSAPP_NET,
  type WASocket,
} from '@whiskeysockets/baileys'
import type { Logger } from 'pino'
import type WebSocket from 'ws'
import { ByteGate } from './byte-gate.ts'
import type { Caches } from './caches.ts'
import { closedBy } from './closed.ts'
import { DEFAULTS, socketConfig, versionFor } from './config.ts'
import { outside } from './context.ts'
import type { Credentials } from './credentials.ts'
import { NotConnected } from './errors.ts'
import { harden } from './hardening/index.ts'
import { learnFrom } from './history/learn.ts'
import { Ignoring } from './ignoring.ts'
import { listen } from './intake.ts'
import type { Journal } from './journal.ts'
import type { Transactions } from './keys.ts'
import type { Line } from './line.ts'
import { mediaPort } from './media/index.ts'
import type { Outbox } from './outbox.ts'
import { patiently } from './patience.ts'
import { toPresence } from './presence.ts'
import { type Route, routeTo } from './proxy/route.ts'
import { queries } from './queries/index.ts'
import { quietLog } from './quiet-log.ts'
import type { Ratchet } from './ratchet.ts'
import { watchRaw } from './raw-socket.ts'
import { replayPeerMessages } from './replay.ts'
import type { Rules, Standing } from './rules.ts'
import { Sender } from './sender.ts'
import { slim } from './slim.ts'
import { standingOf } from './standing.ts'
import { hearing } from './sync-actions.ts'
import { listenToSync, type SyncListener } from './synced.ts'
import { trust } from './trust.ts'
import type { Closed, Connection, ConnectSettings, Observer, ServerAddress } from './types.ts'
import { liveVersion } from './version.ts'
import type { WriteSet } from './write-set.ts'

/** WhatsApp's rhythm: the first QR lives a minute, each further one twenty seconds. */
const QR_MS = { first: 60_000, next: 20_000 }

/** What a connection needs of its device. */
export type Parts = {
  set: WriteSet
  credentials: Credentials
  transactions: Transactions
  ratchet: Ratchet
  journal: Journal
  outbox: Outbox
  caches: Caches
  replays: Map<string, number>
  log: Logger
  now: () => number
  lookup(id: string): Promise<Uint8Array | undefined>
  phoneNumberOf(lid: string): string | undefined
  lidOf(phoneNumber: string): string | undefined
  rules: Rules
  isTrusted(to: string): boolean
  whenDurable(): Promise<void>
  onHeld(): void
}

export class LiveConnection implements Connection {
  state: Connection['state'] = 'connecting'
  lastFrameAt = 0
  readonly ask: Connection['ask']
  readonly media: Connection['media']
  readonly gate: ByteGate
  readonly sender: Sender
  readonly line: Line

  readonly #parts: Parts
  readonly #observer: Observer
  readonly #settings: ConnectSettings
  readonly #server: ServerAddress
  readonly #ignoring: Ignoring
  readonly #route: Route
  readonly #socket: WASocket
  readonly #synced: SyncListener
  readonly #raw: WebSocket
  #watchdog: NodeJS.Timeout | undefined
  #shownQrs = 0
  #leaving = false
  #caughtUp = false

  constructor(
    parts: Parts,
    line: Line,
    server: ServerAddress,
    observer: Observer,
    settings: ConnectSettings,
  ) {
    trust(server)
    harden()
    this.#parts = parts
    this.#observer = observer
    this.#settings = settings
    this.#server = server
    this.line = line
    this.#ignoring = new Ignoring(settings.ignores)
    this.#route = routeTo(server, settings.way)
    this.#socket = line.run(() => this.#openSocket())
    slim(this.#socket)
    this.#raw = this.#watchRaw()
    this.gate = new ByteGate({
      raw: this.#raw,
      set: parts.set,
      flushTransaction: () => parts.transactions.flushRunning(),
      onHeld: parts.onHeld,
      onSendError: (error) => parts.log.debug({ error: error.message }, 'a frame could not be written'),
    })
    this.sender = new Sender({ socket: this.#socket, line, ...parts })
    const { phoneNumberOf, lidOf } = parts
    const assertOpen = () => this.#assertOpen()
    this.media = mediaPort({
      socket: this.#socket,
      line,
      server,
      dispatcher: this.#route.dispatcher,
      log: parts.log,
      assertOpen,
    })
    const { set, journal } = parts
    this.#synced = listenToSync({ socket: this.#socket, set, journal, line })
    const { note } = this.#synced
    const ask = queries({ socket: this.#socket, phoneNumberOf, lidOf, note }, line, assertOpen)
    this.ask = (name, input) => line.run(() => ask(name, input))
    line.whenHandled = (work) => void line.run(() => this.#socket.messageMutex.mutex(async () => work()))
    this.#watchEvents()
    this.#watch()
  }

  async probe(timeoutMs: number): Promise<number> {
    this.#assertOpen()
    const began = performance.now()
    const ping: BinaryNode = {
      tag: 'iq',
      attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:p' },
      content: [{ tag: 'ping', attrs: {} }],
    }
    const answer: unknown = await this.line.untilLost(this.#socket.query(ping, timeoutMs))
    if (!answer) throw new NotConnected(`No answer to a ping within ${timeoutMs} ms.`)
    return performance.now() - began
  }

  async standing(): Promise<Standing> {
    this.#assertOpen()
    return standingOf(await this.line.untilLost(this.#socket.fetchAccountReachoutTimelock()))
  }

  async learn(heads: Uint8Array): Promise<void> {
    this.#assertOpen()
    await this.line.run(() => learnFrom(this.#socket, this.line, heads))
  }

  async pairingCode(phoneNumber: string): Promise<string> {
    if (this.state !== 'pairing')
      throw new NotConnected('A pairing code can be had only while a QR is shown.')
    return this.line.untilLost(this.#socket.requestPairingCode(phoneNumber.replace(/\D/g, '')))
  }

  /** Tells the server that this device leaves, and waits for its answer. */
  async leave(timeoutMs: number): Promise<void> {
    this.#assertOpen()
    const { me } = this.#parts.credentials
    this.#leaving = true
    const request: BinaryNode = {
      tag: 'iq',
      attrs: { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' },
      content: [{ tag: 'remove-companion-device', attrs: { jid: me?.jid ?? '', reason: 'user_initiated' } }],
    }
    await this.line.untilLost(this.#socket.query(request, timeoutMs))
  }

  async end(reason: string): Promise<void> {
    this.finish({ name: 'ended', code: undefined, text: reason })
  }

  /** Closes for this reason. Only the first one counts, and nothing is told after it. */
  finish(closed: Closed): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    clearTimeout(this.#watchdog)
    this.sender.stop()
    this.line.lose()
    this.gate.drop()
    void this.line.run(() => this.#socket.end(undefined).catch(() => {}))
    this.#route.close()
    if (closed.name === 'fenced' || this.#raw.readyState !== this.#raw.OPEN) this.#raw.terminate()
    this.#tell('closed', closed)
  }

  /** Stops reading from an open connection; a login has to come through first. */
  pause(): void {
    if (this.state === 'open' && !this.#raw.isPaused) this.#raw.pause()
  }

  resume(): void {
    if (this.#raw.isPaused) this.#raw.resume()
  }

  #openSocket(): WASocket {
    const { credentials, ratchet, line, caches, log, outbox, lookup } = { ...this.#parts, line: this.line }
    return makeWASocket(
      socketConfig({
        server: this.#server,
        settings: this.#settings,
        caches,
        logger: hearing(quietLog(log), (changes) => this.#synced.hear(changes)),
        auth: { creds: credentials.creds, keys: { get: () => ({}), set: () => {} } },
        makeSignalRepository: (auth, logger, pnToLid) => ratchet.repository(line, auth, logger, pnToLid),
        messageOf: async (id) => outbox.content(id) ?? patiently(() => lookup(id)),
        groupMetadata: (jid) => this.#socket.groupMetadata(jid),
        isIgnored: this.#ignoring.isIgnored,
        route: this.#route,
      }),
    )
  }

  /** An observer is no part of this line, and must not take Baileys' event with it when it throws. */
  #tell<E extends keyof Observer>(event: E, ...about: Parameters<NonNullable<Observer[E]>>): void {
    try {
      const tell = this.#observer[event] as ((...about: unknown[]) => void) | undefined
      outside(() => tell?.call(this.#observer, ...about))
    } catch (error) {
      this.#parts.log.error({ err: error, event }, 'an observer of the connection failed')
    }
  }

  #assertOpen(): void {
    if (this.state !== 'open') throw new NotConnected('The connection to WhatsApp is not open.')
  }

  #watch(): void {
    clearTimeout(this.#watchdog)
    const ms = this.#settings.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs
    const text = `Neither a QR nor an open connection within ${ms} ms.`
    this.#watchdog = setTimeout(() => this.finish({ name: 'connect-timeout', code: 408, text }), ms)
  }

  #watchRaw(): WebSocket {
    return watchRaw(this.#socket, {
      onGone: () => this.line.lose(),
      onLongGone: () => this.finish({ name: 'closed', code: 428, text: 'The connection was closed.' }),
      onRefused: (code) =>
        this.finish({ name: 'refused', code, text: `The server answered the upgrade with ${code}.` }),
      onUnread: (error) =>
        this.#parts.log.error({ err: error }, 'a stanza could not be read; it is passed over'),
      onFrame: () => {
        this.lastFrameAt = this.#parts.now()
        if (this.state !== 'closed') this.#tell('frame', this.lastFrameAt)
      },
    })
  }

  #watchEvents(): void {
    const { set, journal, caches, now, credentials } = this.#parts
    const { line } = this
    listen({
      socket: this.#socket,
      set,
      journal,
      line,
      ignoring: this.#ignoring,
      now,
      onAnswer: (id, code, serverId) => this.sender.answered(id, code, serverId),
      onGroupChange: (jid) => caches.groups.del(jid),
      onCaughtUp: () => {
        this.#caughtUp = true
        this.#replay()
      },
    })
    this.#socket.ev.on('creds.update', () => {
      if (!set.dead) credentials.write()
    })
    this.#socket.ev.on('connection.update', (update) => {
      if (this.state !== 'closed') this.#onUpdate(update)
    })
    this.#socket.ev.on('presence.update', ({ id, presences }) => {
      if (this.#ignoring.isSilent(id)) return
      for (const [participant, presence] of Object.entries(presences))
        if (this.state !== 'closed') this.#tell('presence', toPresence(id, participant, presence))
    })
  }

  #onUpdate(update: Partial<ConnectionState>): void {
    const { qr, isNewLogin, connection, lastDisconnect, reachoutTimeLock } = update
    if (reachoutTimeLock) outside(() => this.#parts.rules.learned(standingOf(reachoutTimeLock)))
    if (qr) this.#onQr(qr)
    if (isNewLogin) this.#onPaired()
    if (connection === 'open') this.#onOpen()
    if (connection === 'close') this.#onClose(lastDisconnect?.error)
  }

  #onQr(text: string): void {
    clearTimeout(this.#watchdog)
    this.state = 'pairing'
    const life = this.#settings.qrTimeoutMs ?? (this.#shownQrs++ === 0 ? QR_MS.first : QR_MS.next)
    this.#tell('qr', text, this.#parts.now() + life)
  }

  #onPaired(): void {
    const { credentials, whenDurable } = this.#parts
    this.#watch()
    const told = whenDurable().then(() => {
      if (this.state !== 'closed' && credentials.me) this.#tell('linked', credentials.me)
    })
    told.catch(() => {})
  }

  #onOpen(): void {
    const { credentials } = this.#parts
    clearTimeout(this.#watchdog)
    this.state = 'open'
    credentials.wasOpened()
    const clientVersion = versionFor(this.#server).join('.')
    if (credentials.me) this.#tell('open', { ...credentials.me, clientVersion })
    if (!this.#settings.isSilent) this.sender.start()
    this.#replay()
    this.#parts.onHeld()
  }

  #onClose(error: Error | undefined): void {
    const closed = closedBy(this.#leaving ? undefined : error)
    const { credentials, set } = this.#parts
    if (closed.name === 'outdated' && this.#server.mode === 'live') void liveVersion.refused()
    if (closed.name === 'logged-out' && credentials.linked && !credentials.hasBeenOpen && !set.dead) {
      credentials.renew()
      this.finish({ ...closed, name: 'half-linked' })
      return
    }
    this.finish(closed)
  }

  #replay(): void {
    if (!this.#caughtUp || this.state !== 'open') return
    const { set, journal, log, replays } = this.#parts
    const { line } = this
    void line.run(() =>
      replayPeerMessages({ socket: this.#socket, set, journal, log, line, attempts: replays }),
    )
  }
}
