/**
 * What came in and is not settled yet. A row is written in the same unit as the ratchet step that revealed it, is handed
 * on once it is durable, and answers a redelivered ciphertext without touching the ratchet. A message's row goes when it
 * was handed on and the server has our receipt: it said so, or did not deliver the message again (R6).
 */
import { createHash } from 'node:crypto'
import { Recent } from '../recent.ts'
import type { Origin } from './line.ts'
import { Pages } from './pages.ts'
import type { Synced } from './synced.ts'
import type { Attributes, Row, Stanza } from './types.ts'
import type { Changes, WriteSet } from './write-set.ts'

/** `padded` is the decrypted plaintext in base64, as the sender padded it. */
export type StoredMessage = {
  kind: 'message'
  stanza: Attributes
  encryption: string
  hash: string
  padded: string
}
export type Stored =
  | StoredMessage
  | { kind: 'undecryptable'; stanza: Attributes; reason: string }
  | { kind: 'receipt'; stanza: Attributes; messageIds: string[] }
  | { kind: 'notification' | 'call'; stanza: Stanza }
  | { kind: 'synced'; changes: Synced[] }

/** Enough for what may come again after a line was lost. */
const POSTS = 256
/** Messages that were handed on and whose receipt nobody acknowledges; a ratchet knows the older ones by itself. */
const UNACKNOWLEDGED = 10_000

type Entry = {
  stored: Stored
  handed: boolean
  /** The server has our receipt. */
  acknowledged: boolean
  /** The connection on which it last arrived; 0 = before this process. */
  arrival: number
  /** False for a message between our own devices that Baileys has not acted on yet. */
  processed: boolean
}

export class Journal {
  hits = 0
  readonly #set: WriteSet
  readonly #newId: () => string
  readonly #queue: (id: string, seq: number) => void
  readonly #pages: Pages<Stored>
  readonly #entries = new Map<string, Entry>()
  readonly #waiting = new Map<string, () => void>()
  readonly #byHash = new Map<string, string>()
  readonly #byMessage = new Map<string, Set<string>>()
  /** Posts of channels that are settled: the server does not answer our acknowledgement, and may not have had it. */
  readonly #posts = new Recent(POSTS)
  /** What only waits for the server's word, the oldest first. */
  readonly #unacknowledged = new Set<string>()
  readonly #most: number

  /** @param queue takes a row that has to be handed on, with the unit that has to be durable first */
  constructor(
    set: WriteSet,
    newId: () => string,
    queue: (id: string, seq: number) => void,
    most = UNACKNOWLEDGED,
  ) {
    this.#most = most
    this.#set = set
    this.#newId = newId
    this.#queue = queue
    this.#pages = new Pages(set, 'inbound', sizeOf)
    for (const [id, stored] of this.#pages.load()) {
      this.#index(id, stored, 0)
      queue(id, 0)
    }
  }

  get size(): number {
    return this.#entries.size
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  /** The plaintext of a ciphertext that was read before. */
  answer(hash: string): Buffer | undefined {
    const stored = this.#messageOf(hash)?.stored
    if (stored?.kind !== 'message') return undefined
    this.hits++
    return Buffer.from(stored.padded, 'base64')
  }

  /** What is not encrypted came before, as far as is remembered; the log knows the rest by its message id. */
  hasPost(hash: string): boolean {
    return this.#byHash.has(hash) || this.#posts.has(hash)
  }

  /** A stanza with this ciphertext has arrived on a connection, which shows that the server has no receipt of it. */
  arrived(hash: string, line: number): void {
    const entry = this.#messageOf(hash)
    if (entry) entry.arrival = line
  }

  /** Adds a message to the unit in which its ratchet step is. @returns to be called once the unit was applied */
  addTo(unit: Changes, { stanza, encryption, hash }: Origin, plain: Uint8Array, line: number): () => void {
    const padded = Buffer.from(plain).toString('base64')
    const stored: StoredMessage = { kind: 'message', stanza, encryption, hash, padded }
    const id = this.#newId()
    const applied = this.#pages.put(unit, id, stored)
    return () => {
      applied()
      this.#added(id, stored, line)
    }
  }

  /** Adds a row that is a unit of its own. @returns its id */
  add(stored: Exclude<Stored, StoredMessage>, line: number): string {
    const id = this.#newId()
    const unit: Changes = {}
    const applied = this.#pages.put(unit, id, stored)
    this.#set.apply(unit)
    applied()
    this.#added(id, stored, line)
    return id
  }

  /** Resolves when the row was handed on. */
  whenHanded(id: string): Promise<void> {
    if (!this.#entries.has(id)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  row(id: string): Row | undefined {
    const stored = this.#entries.get(id)?.stored
    return stored && toRow(id, stored)
  }

  handed(id: string): void {
    const entry = this.#entries.get(id)
    if (entry) entry.handed = true
    this.#waiting.get(id)?.()
    this.#waiting.delete(id)
    this.#dropIfSettled(id)
  }

  /** The server acknowledged our receipt for a message. */
  acknowledged(messageId: string): void {
    for (const id of this.#byMessage.get(messageId) ?? []) this.#acknowledge(id)
  }

  /** Everything the server still wanted to deliver on this line has arrived: it has our receipts for the rest. */
  offlineEnded(line: number): void {
    for (const [id, entry] of this.#entries)
      if (entry.stored.kind === 'message' && entry.arrival < line) this.#acknowledge(id)
  }

  /** Messages between our own devices that Baileys has not acted on and that will not come again. */
  unprocessed(line: number): { id: string; message: StoredMessage }[] {
    return [...this.#entries].flatMap(([id, { stored, processed, arrival }]) =>
      stored.kind === 'message' && !processed && arrival < line ? [{ id, message: stored }] : [],
    )
  }

  /** Baileys is done with a stanza; `hasEffect` says whether it did what it should have. */
  handled(messageId: string, hasEffect: (message: StoredMessage) => boolean): void {
    for (const id of this.#byMessage.get(messageId) ?? []) {
      const stored = this.#entries.get(id)?.stored
      if (stored?.kind === 'message' && hasEffect(stored)) this.processed(id)
    }
  }

  processed(id: string): void {
    const entry = this.#entries.get(id)
    if (entry) entry.processed = true
    this.#dropIfSettled(id)
  }

  #added(id: string, stored: Stored, line: number): void {
    this.#index(id, stored, line)
    this.#queue(id, this.#set.seq)
  }

  #index(id: string, stored: Stored, arrival: number): void {
    const isMessage = stored.kind === 'message'
    this.#entries.set(id, {
      stored,
      handed: false,
      acknowledged: !isMessage || stored.encryption === 'plaintext',
      arrival,
      processed: !isMessage || stored.stanza.category !== 'peer',
    })
    if (!isMessage) return
    this.#byHash.set(stored.hash, id)
    const messageId = stored.stanza.id ?? ''
    this.#byMessage.set(messageId, (this.#byMessage.get(messageId) ?? new Set()).add(id))
  }

  #messageOf(hash: string): Entry | undefined {
    const id = this.#byHash.get(hash)
    return id === undefined ? undefined : this.#entries.get(id)
  }

  #acknowledge(id: string): void {
    const entry = this.#entries.get(id)
    if (entry) entry.acknowledged = true
    this.#dropIfSettled(id)
  }

  #awaitWord(id: string): void {
    this.#unacknowledged.add(id)
    const [oldest] = this.#unacknowledged
    if (this.#unacknowledged.size > this.#most && oldest !== undefined) this.#acknowledge(oldest)
  }

  #dropIfSettled(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry?.handed || !entry.processed || this.#set.dead) return
    if (!entry.acknowledged) return void this.#awaitWord(id)
    this.#unacknowledged.delete(id)
    this.#entries.delete(id)
    const { stored } = entry
    if (stored.kind === 'message') {
      this.#byHash.delete(stored.hash)
      if (stored.encryption === 'plaintext') this.#posts.add(stored.hash)
      const messageId = stored.stanza.id ?? ''
      const rows = this.#byMessage.get(messageId)
      rows?.delete(id)
      if (rows?.size === 0) this.#byMessage.delete(messageId)
    }
    this.#pages.drop(id)
  }
}

/** Bytes of a row beyond its names and attributes, roughly. */
function sizeOf(stored: Stored): number {
  if (stored.kind === 'message') return stored.padded.length
  return stored.kind === 'synced' ? JSON.stringify(stored.changes).length : 0
}

/** The name of a ciphertext. */
export const hashOf = (ciphertext: Uint8Array): string =>
  createHash('sha256').update(ciphertext).digest().toString('base64url', 0, 18)

function toRow(id: string, stored: Stored): Row {
  switch (stored.kind) {
    case 'message': {
      const message = unpadded(Buffer.from(stored.padded, 'base64'))
      const { stanza } = stored
      if (!message) return { id, kind: 'undecryptable', stanza, reason: 'The padding is wrong.' }
      return { id, kind: 'message', stanza, message, encryption: stored.encryption as 'msg' }
    }
    case 'undecryptable':
      return { id, kind: 'undecryptable', stanza: stored.stanza, reason: stored.reason }
    case 'receipt':
      return { id, kind: 'receipt', stanza: stored.stanza, messageIds: stored.messageIds }
    case 'synced':
      return { id, kind: 'synced', changes: stored.changes }
    default:
      return { id, kind: stored.kind, stanza: stored.stanza }
  }
}

/** One to sixteen bytes of padding, each of which says how many (sandbox-protocol, section 4). */
function unpadded(bytes: Buffer): Uint8Array | undefined {
  const count = bytes.at(-1) ?? 0
  return count > 0 && count <= bytes.length ? bytes.subarray(0, bytes.length - count) : undefined
}
