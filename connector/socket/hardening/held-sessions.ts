/**
 * Keeps the sessions that are in use as libsignal works with them. Out of the box every step reads a session from its
 * written form and writes it again; here a step works on the session itself, and it is written when a commit takes it,
 * once for all the messages in that commit. A step that may fail half-way (reading a message) works on a session whose
 * written form was kept before, so what failed leaves nothing behind.
 */
import { LRUCache } from 'lru-cache'
import type { SessionRecord } from './internals.ts'

type Written = object
/** One session record and its written form; at any time one of them counts. */
type Cell = { record: SessionRecord | undefined; written: Written | undefined }
type Forms = {
  write(record: SessionRecord): Written
  read(written: Written): SessionRecord
}

/** In one process. A record takes twice the memory of its written form, so those that are out of use give it back. */
const MOST_IN_USE = 256

/**
 * The value that is stored for a session. Two of the same session, older and newer, may share a record: the older one
 * is then ahead of its time only by messages that were written, which costs a message key and loses nothing.
 */
export class HeldSession {
  readonly #cell: Cell
  readonly #forms: Forms

  constructor(cell: Cell, forms: Forms) {
    this.#cell = cell
    this.#forms = forms
  }

  /** The session itself, for looking at it and for writing messages. */
  lend(): SessionRecord {
    const { record, written } = this.#cell
    return record ?? this.#forms.read(written as Written)
  }

  /** For JSON.stringify: as libsignal writes a session. */
  toJSON(): Written {
    const { record, written } = this.#cell
    return record ? this.#forms.write(record) : (written as Written)
  }
}

export type HeldSessions = {
  /** Of a record that a step has changed: what to store. */
  hold(record: SessionRecord): HeldSession
  /** From now on the record belongs to the caller; what was stored stays as it is now. */
  own(record: SessionRecord): void
}

/** @param most that are in use at a time */
export function heldSessions(forms: Forms, most = MOST_IN_USE): HeldSessions {
  const cells = new WeakMap<SessionRecord, Cell>()
  const settle = (cell: Cell) => {
    if (!cell.record) return
    cells.delete(cell.record)
    cell.written = forms.write(cell.record)
    cell.record = undefined
  }
  const inUse = new LRUCache<Cell, true>({ max: most, dispose: (_, cell) => settle(cell) })

  return {
    hold(record) {
      const cell = cells.get(record) ?? { record, written: undefined }
      cells.set(record, cell)
      inUse.set(cell, true)
      return new HeldSession(cell, forms)
    },
    own(record) {
      const cell = cells.get(record)
      if (cell) inUse.delete(cell)
    },
  }
}
