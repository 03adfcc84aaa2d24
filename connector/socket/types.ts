/**
 * What the rest of the connector sees of a WhatsApp socket. Nothing in here mentions Baileys: a Device is durable
 * state with an outbox and a journal, a Connection is one attempt to speak for it, and Rows are what happened.
 */
import type { Logger } from 'pino'
import type { DeviceStore } from '#core/device/index.ts'
import type { MediaPort } from './media/index.ts'
import type { Way } from './proxy/tunnel.ts'
import type { Ask } from './queries/index.ts'
import type { Rules, Standing, Waiting } from './rules.ts'
import type { Synced } from './synced.ts'

/** Which servers this process talks to. One process has one mode, chosen once (see trust.ts). */
export type ServerAddress =
  | { mode: 'live' }
  | {
      mode: 'sandbox'
      /** `ws://host:port/ws/chat` */
      url: string
      /** The sandbox's Noise root, 32 bytes in hex. */
      rootKey: string
    }

/** Who the device speaks for. `jid` and `lid` carry the device number; `phoneNumber` is E.164 with a plus. */
export type Me = {
  jid: string
  lid: string | undefined
  phoneNumber: string
  name: string | undefined
  /** What WhatsApp called the phone's kind when it linked the device: `iphone`, `android`, `smba` … */
  platform?: string | undefined
  /** The version of WhatsApp Web that the connection speaks, once there is one. */
  clientVersion?: string | undefined
}

/** The attributes of a stanza, as they came: `id`, `from`, `participant`, `t` (seconds), `notify`, `sender_pn` … */
export type Attributes = Record<string, string>

/** A stanza: its tag, its attributes, and what it contains. */
export type Stanza = { tag: string; attrs: Attributes; content?: Stanza[] | string | Uint8Array }

/**
 * A committed fact. `id` is a ULID that is stored with the row and rises monotonically per device, over restarts and
 * changes of owner too: use it as the event id. The same row may be handed on more than once, always with the same id.
 */
export type Row = { id: string } & (
  | {
      kind: 'message'
      stanza: Attributes
      /** The decrypted `proto.Message`, encoded, without padding. */
      message: Uint8Array
      /** How it was encrypted; `skmsg` is a group message. A sender-key distribution comes as a row of its own. */
      encryption: 'msg' | 'pkmsg' | 'skmsg' | 'plaintext'
    }
  /** A message that could not be read (yet): the sender was asked to send it again, under the same message id. */
  | { kind: 'undecryptable'; stanza: Attributes; reason: string }
  /** `stanza.type`: absent = delivered, `read`, `played`, `sender` …; all the message ids it speaks of. */
  | { kind: 'receipt'; stanza: Attributes; messageIds: string[] }
  /**
   * The fate of an accepted message: the server took it (no error), the server refused it (`by: 'server'`, the code as
   * it came, such as `463`), or it could not be sent at all (`by: 'device'`, such as `no-devices`).
   */
  | {
      kind: 'ack'
      messageId: string
      to: string
      /** The encoded `proto.Message`, as it was accepted. */
      message?: Uint8Array
      error?: { by: 'server' | 'device'; code: string }
      /** Of a post: the number that the channel has given it. */
      serverId?: string
    }
  /** Groups, pictures, status texts; and calls. */
  | { kind: 'notification'; stanza: Stanza }
  | { kind: 'call'; stanza: Stanza }
  /** What the devices of the person keep in step has changed, wherever that was done. */
  | { kind: 'synced'; changes: Synced[] }
  /** What became of a part of the history; `message` is the encoded `proto.Message` that announced it. */
  | { kind: 'history'; message: Uint8Array; outcome: HistoryOutcome }
)

export type HistoryFailure = 'gone' | 'unreadable' | 'unavailable'
export type HistoryOutcome =
  | { chats: number; messages: number; chatId?: string }
  | { failed: HistoryFailure; attempts: number }

/** How far a part of the history has been taken over. */
export type HistoryProgress = {
  /** Before when it is not tried again, in ms since 1970. */
  notBefore: number
  /** Attempts that have failed. */
  attempts: number
  /** Messages of it that are dealt with, from its beginning; how many of them were kept, and of how many chats. */
  done: number
  messages: number
  chats: number
  /** The place of the chat that was counted last; -1 before the first. */
  lastChat: number
}
/** A part that the phone has offered and nobody has taken over yet; `since` when, in ms since 1970. */
export type HistoryPart = HistoryProgress & { id: string; since: number }
/** `progress`: percent, as the phone has said it with the last part. */
export type HistoryTotals = { parts: number; failed: number; messages: number; progress?: number }

/** What the phone has offered of the history and nobody has taken over yet. Durable: the next owner finds it too. */
export type HistoryShelf = {
  /** In the order in which they came. */
  pending(): HistoryPart[]
  /** The message that announced a part. @throws Error when the part is not here */
  announcement(id: string): Extract<Row, { kind: 'message' }>
  /** Of parts that are over, since the device was linked. */
  readonly totals: HistoryTotals
  /** Notes how far a part has come. */
  note(id: string, change: Partial<HistoryProgress>): void
  /** It is over: a `history` row tells so, once; without an outcome nothing is told. */
  finish(id: string, outcome: HistoryOutcome | undefined): void
}

/** A message to send. `message` is an encoded `proto.Message` (connector/convert makes it). */
export type Outgoing = {
  /** The WhatsApp message id, chosen when the message was accepted. */
  id: string
  /** The recipient: a user's PN or LID jid without device, a group, or `status@broadcast`. */
  to: string
  message: Uint8Array
  /** Extra attributes of the stanza, such as `edit`. */
  attributes?: Attributes
  /** Of a status: the jids of those who see it. */
  recipients?: string[]
}

export type DeviceOptions = {
  store: DeviceStore
  /** The epoch of the lease under which this connector may act for the session. */
  epoch: number
  /** Stores rows downstream. They are dropped only after it resolved; a rejection is repeated with back-off. */
  deliver(rows: Row[]): Promise<void>
  /** The encoded `proto.Message` of an older sent message, for a phone that asks for it again. */
  lookup(messageId: string): Promise<Uint8Array | undefined>
  /** When messages may leave; at once without them. */
  rules?: Rules
  /** Something was put on the shelf of the history. */
  onHistory?(): void
  log: Logger
  now?: () => number
  limits?: Partial<Limits>
}

/** Beyond these bounds reading pauses and `pressure` turns to `refusing`, until half of them is free again. */
export type Limits = {
  /** Outgoing bytes that wait for a commit. */
  heldBytes: number
  /** Changes that wait for a commit. */
  pendingUnits: number
  /** Journal rows that wait for `deliver`. */
  undelivered: number
}

export type Stats = {
  commits: number
  commitErrors: number
  /** Of the last commit, in ms, with its repetitions. */
  commitLatency: number
  /** When the commit that is now in flight began (ms since 1970); undefined when nothing is in flight. */
  committingSince: number | undefined
  /** The message of the error that the commit in flight met last; undefined when it met none. */
  commitError: string | undefined
  heldBytes: number
  heldFrames: number
  /** Frames that were dropped with a connection. Their content is sent again. */
  droppedFrames: number
  pendingUnits: number
  undelivered: number
  /** Redelivered ciphertexts that were answered from the journal. */
  journalHits: number
  /** When a frame was last received (ms since 1970); 0 before the first. */
  lastFrameAt: number
}

/** One linked (or not yet linked) device, held durably. Lives as long as this connector owns it. */
export type Device = {
  /** True once a phone has confirmed the pairing. */
  readonly linked: boolean
  readonly me: Me | undefined
  /** The phone number (E.164 with a plus) behind a LID (`<digits>@lid`), when this device has learnt it. */
  phoneNumberOf(lid: string): string | undefined
  /** The reverse, for an E.164 number with a plus. */
  lidOf(phoneNumber: string): string | undefined
  /** Opens a socket. An earlier connection of this device is ended first (`ended`). */
  connect(server: ServerAddress, observer: Observer, settings?: ConnectSettings): Connection
  /**
   * Resolves when the message is durable: from then on it is sent, over crashes and reconnects, until WhatsApp answered;
   * that answer is an `ack` row. Idempotent by id. Messages leave in the order of acceptance.
   * @throws Refusing when the bounds are hit, Fenced or Closed when the device is gone
   */
  accept(message: Outgoing): Promise<void>
  /** True from acceptance until the `ack` row was delivered. */
  isWaiting(messageId: string): boolean
  waiting(): number
  /** Of those that have not left: why. */
  waits(): Map<string, Waiting>
  /** The rules may have changed: looks again at what waits. */
  proceed(): void
  /**
   * Takes a message back that has not left; its `ack` row tells so (`by: 'device'`, `cancelled`).
   * @returns false when it has left, or is not here
   */
  withdraw(messageId: string): boolean
  readonly history: HistoryShelf
  readonly pressure: 'normal' | 'refusing'
  readonly stats: Stats
  /** Called once, with Fenced or the fatal error. The connection is gone by then. */
  onDead(listener: (error: Error) => void): void
  /** Resolves when everything up to now is durable and handed on. */
  flush(): Promise<void>
  /** Drain: ends the connection, makes what is pending durable, stops. Idempotent. */
  close(): Promise<void>
  /**
   * Tells WhatsApp that this device leaves (when connected), then erases it as `forget` does.
   * @returns the ids of accepted messages that were never sent
   */
  logout(): Promise<string[]>
  /** clear-auth: hands on what is committed, erases all state and closes. The session has to be linked anew. */
  forget(): Promise<string[]>
}

export type ConnectSettings = {
  /** Shown in the phone's list of linked devices. */
  deviceName?: string
  /** The browser that the list shows beside it. */
  browserName?: string
  /** Ask the phone for the full history when linking. */
  syncFullHistory?: boolean
  /** Through a proxy; straight on without it. */
  way?: Way | undefined
  /** Whether a chat (by jid) is ignored; asked whenever something comes from it. */
  ignores?(jid: string): boolean
  /** Be shown as online while connected. */
  markOnline?: boolean
  /** Until the first QR or until open, in ms; then the connection closes as `connect-timeout`. */
  connectTimeoutMs?: number
  queryTimeoutMs?: number
  keepAliveMs?: number
  /** Accepted messages stay where they are. */
  isSilent?: boolean
  /** How long each QR lives in ms; WhatsApp's own rhythm (60 s, then 20 s each) when absent. */
  qrTimeoutMs?: number
}

/** Told what happens on a connection. Calls come in order; after `closed` there are no more. */
export type Observer = {
  /** A QR to show until `expiresAt` (ms since 1970). Its text is a secret. */
  qr(text: string, expiresAt: number): void
  /** A phone scanned it and the pairing is durable. The server now closes with `restart`: connect again. */
  linked(me: Me): void
  open(me: Me): void
  /** Any frame came in; use it to prove that the line is alive. */
  frame?(at: number): void
  /** Volatile things: typing and presence. */
  presence?(presence: Presence): void
  closed(reason: Closed): void
}

/** Who stops typing is `available` again: Baileys makes no difference. */
export type Presence = {
  chat: string
  participant: string
  state: 'available' | 'unavailable' | 'composing' | 'recording' | 'paused'
  lastSeen?: number
}

/** Why a connection ended. `code` is WhatsApp's or Baileys' number where there is one. */
export type Closed = { name: ClosedName; code: number | undefined; text: string; error?: unknown }

export type ClosedName =
  | 'restart' // 515: after pairing; connect again at once
  | 'half-linked' // 401 before the first open: the pairing was cut off, new keys are made; connect again for a new QR
  | 'logged-out' // 401: the phone removed this device, or the credentials are void
  | 'banned' // 403
  | 'outdated' // 405: the client version is refused
  | 'mismatch' // 411: multi-device is off on the phone
  | 'replaced' // 440: another connection of the same device took over
  | 'bad-session' // 500
  | 'unavailable' // 503
  | 'qr-expired' // every QR of this connection was shown and none scanned
  | 'lost' // 408: no sign of life
  | 'closed' // 428: the server hung up
  | 'refused' // the HTTP upgrade was answered with an error; code = HTTP status
  | 'unreachable' // no TCP or TLS connection
  | 'proxy-unreachable' // the proxy does not answer
  | 'proxy-refused' // it does, and does not connect
  | 'proxy-authentication' // it wants other credentials
  | 'connect-timeout' // neither QR nor open in time
  | 'forged' // a signature was wrong: this is not WhatsApp
  | 'ended' // we ended it
  | 'fenced' // another connector owns the device
  | 'other'

export type Connection = {
  readonly state: 'connecting' | 'pairing' | 'open' | 'closed'
  /** When a frame was last received (ms since 1970); 0 before the first. */
  readonly lastFrameAt: number
  /** Sends a ping; resolves with the round trip in ms, rejects when no answer came in time or the line is closed. */
  probe(timeoutMs: number): Promise<number>
  /** Asks WhatsApp how the account stands. */
  standing(): Promise<Standing>
  /** Asks for a pairing code for this phone number (digits). Only while `pairing`. */
  pairingCode(phoneNumber: string): Promise<string>
  /** Ends it; `closed` follows with the name `ended`. */
  end(reason: string): Promise<void>
  /** Queries to WhatsApp. They reject when the connection is not open or closes meanwhile. */
  readonly ask: Ask
  readonly media: MediaPort
  /**
   * Takes over what a history says of people and chats: `heads` is an encoded `HistorySync` without messages.
   * Idempotent. @throws NotConnected
   */
  learn(heads: Uint8Array): Promise<void>
}
