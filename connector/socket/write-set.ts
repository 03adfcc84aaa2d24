/**
 * A device's state in memory, and what of it waits to become durable (R1). `apply` is one synchronous step and one
 * atomic unit: a commit has all of it or nothing. Memory is what everybody reads; pre-keys alone stay in the store,
 * because a device has hundreds of them and seldom needs one.
 */
import type { KeyPair } from '@whiskeysockets/baileys'
import type { Opened, RowKey } from '#core/device/index.ts'
import { decode, encode, isKept } from './codec.ts'

/** Type → id → value; null deletes. */
export type Changes = Record<string, Record<string, unknown>>

export type Unit = { seq: number; rows: Map<RowKey, unknown>; preKeys: Map<number, KeyPair | null> }

export const rowKey = (type: string, id: string): RowKey => `${type}:${id}`
export const typeOf = (key: RowKey): string => key.slice(0, key.indexOf(':'))

export class WriteSet {
  /** The last unit, the last one that bytes have to wait for, that a commit has taken, and that is durable. */
  seq = 0
  hard = 0
  taken = 0
  durable = 0
  /** The highest journal id that was given out. */
  mark: string
  /** Once set, nothing can be changed any more. */
  dead: Error | undefined

  readonly #rows = new Map<RowKey, unknown>()
  readonly #freshPreKeys = new Map<number, { seq: number; pair: KeyPair | null }>()
  #pending: Unit[] = []
  readonly #onApplied: (lazy: boolean) => void

  /** @param onApplied called after each step; lazy ones may wait for company */
  constructor(opened: Opened, onApplied: (lazy: boolean) => void) {
    this.mark = opened.mark
    this.#onApplied = onApplied
    for (const [key, text] of opened.rows) {
      const type = typeOf(key)
      this.#rows.set(key, isKept(type) ? decode(type, text) : text)
    }
  }

  get pendingUnits(): number {
    return this.#pending.length
  }

  /** A fresh copy, except of the kept types, which nobody may change. */
  read(type: string, id: string): unknown {
    const value = this.#rows.get(rowKey(type, id))
    return value === undefined || isKept(type) ? value : decode(type, value as string)
  }

  has(type: string, id: string): boolean {
    return this.#rows.has(rowKey(type, id))
  }

  *entries(type: string): Iterable<[id: string, value: unknown]> {
    const prefix = `${type}:`
    for (const [key, value] of this.#rows)
      if (key.startsWith(prefix))
        yield [key.slice(prefix.length), isKept(type) ? value : decode(type, value as string)]
  }

  /** A pre-key that is not yet, or no longer, in the store as it was; undefined when the store knows best. */
  freshPreKey(id: number): { pair: KeyPair | null } | undefined {
    return this.#freshPreKeys.get(id)
  }

  /**
   * Changes memory and appends one unit. What is as it was is not written again.
   * @param lazy clean-up: rides on the next commit, and no byte waits for it
   * @returns the number of the unit to wait for
   * @throws the error the device died of
   */
  apply(changes: Changes, lazy = false): number {
    if (this.dead) throw this.dead
    const unit: Unit = { seq: this.seq + 1, rows: new Map(), preKeys: new Map() }
    for (const [type, values] of Object.entries(changes))
      for (const [id, value] of Object.entries(values)) {
        if (type === 'pre-key') this.#changePreKey(unit, Number(id), (value ?? null) as KeyPair | null)
        else this.#changeRow(unit, type, id, value ?? null)
      }
    if (unit.rows.size === 0 && unit.preKeys.size === 0) return this.seq
    this.seq = unit.seq
    if (!lazy) this.hard = unit.seq
    this.#pending.push(unit)
    this.#onApplied(lazy)
    return unit.seq
  }

  #changeRow(unit: Unit, type: string, id: string, value: unknown): void {
    const key = rowKey(type, id)
    if (value === null) {
      if (this.#rows.delete(key)) unit.rows.set(key, null)
      return
    }
    const kept = isKept(type) ? value : encode(type, value)
    if (this.#rows.get(key) === kept) return
    this.#rows.set(key, kept)
    unit.rows.set(key, kept)
  }

  #changePreKey(unit: Unit, id: number, pair: KeyPair | null): void {
    this.#freshPreKeys.set(id, { seq: unit.seq, pair })
    unit.preKeys.set(id, pair)
  }

  pending(): readonly Unit[] {
    return this.#pending
  }

  /** The first `count` units were taken into a commit. */
  take(count: number): void {
    this.taken = this.#pending[count - 1]?.seq ?? this.taken
    this.#pending = this.#pending.slice(count)
  }

  /** Everything up to this unit is durable now. */
  settle(upTo: number, units: readonly Unit[]): void {
    this.durable = upTo
    for (const unit of units)
      for (const id of unit.preKeys.keys())
        if ((this.#freshPreKeys.get(id)?.seq ?? Number.POSITIVE_INFINITY) <= upTo)
          this.#freshPreKeys.delete(id)
  }
}

/** A value as it is written; kept types wait until now with it. */
export function textOf(key: RowKey, value: unknown): string | null {
  if (value === null) return null
  const type = typeOf(key)
  return isKept(type) ? encode(type, value) : (value as string)
}
