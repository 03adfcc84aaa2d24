/**
 * What reached a person's phone and could be read. A message counts once, whatever how often it came; messages that
 * the person's own companions sent are kept apart (`fromMe`).
 */
import { SandboxError } from '../error.ts'
import type { Store } from '../store.ts'
import type { Address } from '../wire/jids.ts'
import type { Content } from './content.ts'

export type InboxEntry = Content & {
  id: string
  /** The writer's number, with a plus. */
  from: string
  /** The number with a plus, or the group id, to which it was written. */
  to: string
  timestamp: string
  copies: number
  fromMe: boolean
  read: boolean
}

/** How to tell the sender about it: its device, and the address under which it knows the chat. */
export type ReceiptRoute = { device: Address; chat: string }
export type Arrival = {
  owner: string
  id: string
  from: string
  to: string
  fromMe?: boolean
  content: Content
  route?: ReceiptRoute
}

export type InboxPage = {
  /** The id of the last message seen, or an ISO 8601 time. */
  after?: string | undefined
  limit?: number | undefined
  /** With what the person's own companions sent. */
  own?: boolean | undefined
}

export type Inbox = ReturnType<typeof openInbox>

const ISO_DATE = /^\d{4}-\d{2}-\d{2}/

type Row = {
  seq: number
  id: string
  sender: string
  chat: string
  at: number
  copies: number
  from_me: number
  read: number
  content: string
  route: string | null
}

export function openInbox(store: Store) {
  store.define(
    'inbox',
    `CREATE TABLE IF NOT EXISTS inbox (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, id TEXT NOT NULL, sender TEXT NOT NULL,
      chat TEXT NOT NULL, at INTEGER NOT NULL, copies INTEGER NOT NULL, from_me INTEGER NOT NULL,
      read INTEGER NOT NULL, content TEXT NOT NULL, route TEXT
    );
    CREATE UNIQUE INDEX IF NOT EXISTS inbox_by_id ON inbox (owner, id, sender);
    CREATE INDEX IF NOT EXISTS inbox_by_time ON inbox (owner, seq)`,
  )
  const add = store.statement(
    `INSERT INTO inbox (owner, id, sender, chat, at, copies, from_me, read, content, route)
     VALUES (?, ?, ?, ?, ?, 1, ?, 0, ?, ?)
     ON CONFLICT (owner, id, sender) DO UPDATE SET copies = copies + 1`,
  )
  const revise = store.statement('UPDATE inbox SET content = ? WHERE owner = ? AND id = ?')
  const one = store.statement<Row>('SELECT * FROM inbox WHERE owner = ? AND id = ? AND from_me = 0')
  const shown = store.statement<Row>('SELECT * FROM inbox WHERE owner = ? AND id = ? AND sender = ?')
  const last = store.statement<Row>('SELECT * FROM inbox WHERE owner = ? AND id = ? ORDER BY seq DESC')
  const page = store.statement<Row>(
    'SELECT * FROM inbox WHERE owner = ? AND seq > ? AND at > ? AND from_me <= ? ORDER BY seq LIMIT ?',
  )
  const latest = store.statement<Row>('SELECT * FROM inbox WHERE owner = ? ORDER BY seq DESC LIMIT ?')
  const markRead = store.statement('UPDATE inbox SET read = 1 WHERE owner = ? AND id = ? AND from_me = 0')

  /** The place, or the time, after which a page begins. */
  const beginning = (owner: string, after: string | undefined): { seq: number; at: number } => {
    if (after === undefined) return { seq: 0, at: 0 }
    const row = last.get(owner, after)
    if (row) return { seq: row.seq, at: 0 }
    const time = Date.parse(after)
    if (ISO_DATE.test(after) && !Number.isNaN(time)) return { seq: 0, at: time }
    throw new SandboxError(
      'CURSOR_UNKNOWN',
      '`after` is neither the id of a message in this inbox nor an ISO 8601 time.',
    )
  }

  return {
    /** Shows the message, or counts another copy of it. */
    add({ owner, id, from, to, fromMe = false, content, route }: Arrival) {
      const details = [fromMe ? 1 : 0, JSON.stringify(content), route ? JSON.stringify(route) : null] as const
      add.run(owner, id, from, to, Date.now(), ...details)
    },

    /** What was shown under this id is something else now, in its place. */
    revise: (owner: string, id: string, content: Content): void =>
      void revise.run(JSON.stringify(content), owner, id),

    has: (owner: string, id: string, from: string): boolean => shown.get(owner, id, from) !== undefined,

    /** Oldest first, all of them unless `limit` is given. Throws CURSOR_UNKNOWN. */
    list(owner: string, { after, limit = -1, own = false }: InboxPage = {}): InboxEntry[] {
      const { seq, at } = beginning(owner, after)
      return page.all(owner, seq, at, own ? 1 : 0, limit).map(entryOf)
    },

    /** The newest ones, oldest of them first. */
    latest: (owner: string, limit: number): InboxEntry[] => latest.all(owner, limit).map(entryOf).reverse(),

    /** Marks a message as read; says whose it is, and where a receipt has to go, if anywhere. Throws MESSAGE_NOT_FOUND. */
    read(owner: string, id: string): { from: string; to: string; route: ReceiptRoute | undefined } {
      const row = one.get(owner, id)
      if (!row) throw new SandboxError('MESSAGE_NOT_FOUND', `No message ${id} has reached this person.`)
      markRead.run(owner, id)
      return { from: row.sender, to: row.chat, route: row.route ? JSON.parse(row.route) : undefined }
    },
  }
}

const entryOf = (row: Row): InboxEntry => ({
  id: row.id,
  from: row.sender,
  to: row.chat,
  ...(JSON.parse(row.content) as Content),
  timestamp: new Date(row.at).toISOString(),
  copies: row.copies,
  fromMe: row.from_me === 1,
  read: row.read === 1,
})
