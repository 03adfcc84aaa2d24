/**
 * What the server owes each companion: an ordered list of stanzas, kept until the companion has receipted or
 * acknowledged them and sent again (marked `offline`) whenever it asks for its messages. A stanza may have a time
 * before which it is not shown, as a receipt that a phone will only send in a moment.
 */
import { encodeBinaryNode } from '@whiskeysockets/baileys'
import type { Store } from '../store.ts'
import { decodeStanza } from '../wire/binary.ts'
import { type Address, addressKey } from '../wire/jids.ts'
import type { BinaryNode } from '../wire/nodes.ts'

export type StanzaClass = 'message' | 'receipt' | 'notification'

/** What it takes to encrypt a phone's message anew when the companion cannot read it. */
export type Origin = { sender: string; message: Buffer }
export type Owed = {
  seq: number
  device: string
  class: StanzaClass
  id: string
  due: number
  /** How often it was sent again without a word from the client that this failed, too. */
  resends: number
  stanza: Uint8Array
  sender: string | null
  message: Uint8Array | null
}
export type Queue = ReturnType<typeof openQueue>

export function openQueue(store: Store) {
  store.define(
    'queue',
    `CREATE TABLE IF NOT EXISTS queue (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, class TEXT NOT NULL, id TEXT NOT NULL,
      ref TEXT NOT NULL, due INTEGER NOT NULL, resends INTEGER NOT NULL, stanza BLOB NOT NULL,
      sender TEXT, message BLOB
    );
    CREATE INDEX IF NOT EXISTS queue_by_id ON queue (device, class, id)`,
  )
  const add = store.statement(
    `INSERT INTO queue (device, class, id, ref, due, resends, stanza, sender, message)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)`,
  )
  const bySeq = store.statement<Owed>('SELECT * FROM queue WHERE seq = ?')
  const byDevice = store.statement<Owed>('SELECT * FROM queue WHERE device = ? ORDER BY seq')
  const byId = store.statement<Owed>(
    'SELECT * FROM queue WHERE device = ? AND class = ? AND id = ? ORDER BY seq',
  )
  const replace = store.statement('UPDATE queue SET stanza = ?, resends = resends + 1 WHERE seq = ?')
  const excuse = store.statement('UPDATE queue SET resends = resends - 1 WHERE seq = ?')
  const hurry = store.statement('UPDATE queue SET due = 0 WHERE seq = ?')
  const settleId = store.statement('DELETE FROM queue WHERE device = ? AND class = ? AND id = ?')
  const settleRef = store.statement('DELETE FROM queue WHERE device = ? AND class = ? AND id = ? AND ref = ?')
  const settleSeq = store.statement('DELETE FROM queue WHERE seq = ?')
  const drop = store.statement('DELETE FROM queue WHERE device = ?')
  const count = store.statement<{ device: string; n: number }>(
    'SELECT device, count(*) n FROM queue GROUP BY device',
  )

  return {
    add(to: Address, stanza: BinaryNode, { due = 0, origin }: { due?: number; origin?: Origin } = {}): Owed {
      const kind = stanza.tag as StanzaClass
      const id = stanza.attrs.id ?? ''
      const bytes = encodeBinaryNode(stanza)
      const { sender = null, message = null } = origin ?? {}
      const [device, ref] = [addressKey(to), refOf(stanza.attrs, stanza.attrs.from)]
      const seq = add.run(device, kind, id, ref, due, bytes, sender, message)
      return { seq, device, class: kind, id, due, resends: 0, stanza: bytes, sender, message }
    },

    get: (seq: number): Owed | undefined => bySeq.get(seq),
    all: (to: Address): Owed[] => byDevice.all(addressKey(to)),
    find: (to: Address, kind: StanzaClass, id: string): Owed[] => byId.all(addressKey(to), kind, id),

    /** Puts a new encryption in the place of one that could not be read. */
    replace: (seq: number, stanza: BinaryNode) => replace.run(encodeBinaryNode(stanza), seq),

    /** The client refuses what it has asked for again; the answer to that may still be on its way. */
    excuse: (seq: number) => excuse.run(seq),

    /** Makes a stanza due now. */
    hurry: (seq: number) => hurry.run(seq),

    /** The companion has the messages with this id. */
    receipted: (by: Address, id: string) => settleId.run(addressKey(by), 'message', id),

    /** It has this one; another one with the same id may follow, as the edit of a post does. */
    settled: (seq: number) => settleSeq.run(seq),

    /** The companion has seen exactly this receipt or notification: an `ack` names it by the same attributes. */
    acknowledged: (by: Address, ack: BinaryNode) =>
      settleRef.run(
        addressKey(by),
        ack.attrs.class ?? '',
        ack.attrs.id ?? '',
        refOf(ack.attrs, ack.attrs.to),
      ),

    forgetDevice: (device: Address) => drop.run(addressKey(device)),
    counts: (): Record<string, number> => Object.fromEntries(count.all().map(({ device, n }) => [device, n])),
  }
}

export const stanzaOf = (owed: Owed): BinaryNode => decodeStanza(owed.stanza)

const refOf = ({ participant = '', type = '' }: BinaryNode['attrs'], peer = '') =>
  `${peer}|${participant}|${type}`
