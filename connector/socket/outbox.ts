/**
 * Accepted messages that WhatsApp has not answered yet. A row is durable before its message is sent (R7), is sent again
 * on every new connection with the same id (R8), learns the server's answer durably, and goes when that was handed on.
 */
import type { Attributes, Outgoing, Row } from './types.ts'
import type { WriteSet } from './write-set.ts'

type Failure = { by: 'server' | 'device'; code: string }
/** `order` is a row id, so that the order of acceptance survives a restart. `message` is in base64. */
type Stored = {
  order: string
  to: string
  message: string
  attributes?: Attributes
  recipients?: string[]
  /** `serverId`: the number that a channel has given it. */
  ack?: { id: string; error?: Failure; serverId?: string }
}

const TYPE = 'outbox'
/** With so much nothing more is taken: the queue keeps it. Bounds the memory of a device that may not send. */
const MOST = { messages: 10_000, characters: 16 << 20 }

export class Outbox {
  readonly #set: WriteSet
  readonly #newId: () => string
  readonly #queue: (id: string, seq: number) => void
  readonly #rows = new Map<string, Stored>()
  readonly #byAck = new Map<string, string>()
  #characters = 0

  constructor(set: WriteSet, newId: () => string, queue: (id: string, seq: number) => void) {
    this.#set = set
    this.#newId = newId
    this.#queue = queue
    const rows = [...set.entries(TYPE)] as [string, Stored][]
    for (const [id, row] of rows.sort(([, a], [, b]) => (a.order < b.order ? -1 : 1))) {
      this.#rows.set(id, row)
      this.#characters += row.message.length
      if (!row.ack) continue
      this.#byAck.set(row.ack.id, id)
      queue(row.ack.id, 0)
    }
  }

  get size(): number {
    return this.#rows.size
  }

  get isFull(): boolean {
    return this.#rows.size >= MOST.messages || this.#characters >= MOST.characters
  }

  has(messageId: string): boolean {
    return this.#rows.has(messageId)
  }

  /** @returns the unit that has to be durable before the message counts as accepted */
  accept({ id, to, message, attributes, recipients }: Outgoing): number {
    const row: Stored = {
      order: this.#newId(),
      to,
      message: Buffer.from(message).toString('base64'),
      ...(attributes ? { attributes } : {}),
      ...(recipients ? { recipients } : {}),
    }
    const seq = this.#set.apply({ [TYPE]: { [id]: row } })
    this.#rows.set(id, row)
    this.#characters += row.message.length
    return seq
  }

  /** What has not been answered, oldest first. */
  unanswered(): string[] {
    return [...this.#rows].filter(([, row]) => !row.ack).map(([id]) => id)
  }

  /** Undefined when the message was answered meanwhile. */
  get(messageId: string): Outgoing | undefined {
    const row = this.#rows.get(messageId)
    return row && !row.ack ? toOutgoing(messageId, row) : undefined
  }

  /** Undefined when the message was answered meanwhile. */
  recipientOf(messageId: string): string | undefined {
    const row = this.#rows.get(messageId)
    return row && !row.ack ? row.to : undefined
  }

  /** Also when it was answered already; for a phone that asks for it again. */
  content(messageId: string): Uint8Array | undefined {
    const row = this.#rows.get(messageId)
    return row && Buffer.from(row.message, 'base64')
  }

  /** WhatsApp took the message, or it failed for good. Only the first answer counts. */
  answered(messageId: string, error?: Failure, serverId?: string): void {
    const row = this.#rows.get(messageId)
    if (!row || row.ack) return
    const id = this.#newId()
    const answered: Stored = {
      ...row,
      ack: { id, ...(error ? { error } : {}), ...(serverId ? { serverId } : {}) },
    }
    const seq = this.#set.apply({ [TYPE]: { [messageId]: answered } })
    this.#rows.set(messageId, answered)
    this.#byAck.set(id, messageId)
    this.#queue(id, seq)
  }

  row(id: string): Row | undefined {
    const messageId = this.#byAck.get(id)
    const stored = messageId === undefined ? undefined : this.#rows.get(messageId)
    if (messageId === undefined || !stored?.ack) return undefined
    const { id: _, ...answer } = stored.ack
    const message = Buffer.from(stored.message, 'base64')
    return { id, kind: 'ack', messageId, to: stored.to, message, ...answer }
  }

  handed(id: string): void {
    const messageId = this.#byAck.get(id)
    if (messageId === undefined || this.#set.dead) return
    this.#byAck.delete(id)
    this.#characters -= this.#rows.get(messageId)?.message.length ?? 0
    this.#rows.delete(messageId)
    this.#set.apply({ [TYPE]: { [messageId]: null } }, true)
  }
}

const toOutgoing = (id: string, { to, message, attributes, recipients }: Stored): Outgoing => ({
  id,
  to,
  message: Buffer.from(message, 'base64'),
  ...(attributes ? { attributes } : {}),
  ...(recipients ? { recipients } : {}),
})
