/**
 * The key store that Baileys sees, with transactions of our own in place of its own. Baileys reads once per transaction
 * and writes after it sent; here a read sees what is current, and what a transaction has written counts from the moment
 * a byte of it leaves. What a failed transaction has not sent is forgotten.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SignalDataTypeMap, SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'
import { Mutex } from 'async-mutex'
import type { PreKeys } from './pre-keys.ts'
import type { Changes, WriteSet } from './write-set.ts'

/** Knowledge that is true whatever becomes of a transaction; Baileys caches it, so it must not be rolled back. */
const FACTS = new Set(['lid-mapping', 'device-list', 'tctoken'])
/** Counts only when the transaction ended well: versions of patches whose content was not applied would skip them. */
const AT_THE_END = new Set(['app-state-sync-version'])

type Ids = readonly string[]
type Transaction = { owner: object; changes: Changes; done: boolean }

const transactions = new AsyncLocalStorage<Transaction>()

/** Reads rows from memory, pre-keys from where they are; `own` are changes that nobody else sees yet. */
export async function readKeys(
  set: WriteSet,
  preKeys: PreKeys,
  type: string,
  ids: Ids,
  own: Changes | undefined,
) {
  const mine = own?.[type] ?? {}
  const found: Record<string, unknown> = {}
  const elsewhere: string[] = []
  for (const id of ids) {
    const value = Object.hasOwn(mine, id)
      ? mine[id]
      : type === 'pre-key'
        ? elsewhere.push(id) && undefined
        : set.read(type, id)
    if (value !== undefined && value !== null) found[id] = value
  }
  if (elsewhere.length > 0) Object.assign(found, await preKeys.read(elsewhere))
  return found
}

/** Puts changes into an open unit, facts straight into the write set. */
export function writeKeys(set: WriteSet, changes: Changes, unit: Changes | undefined): void {
  if (!unit) {
    set.apply(changes)
    return
  }
  for (const [type, values] of Object.entries(changes)) {
    if (FACTS.has(type)) set.apply({ [type]: values })
    else unit[type] = { ...unit[type], ...values }
  }
}

export class Transactions {
  readonly #set: WriteSet
  readonly #preKeys: PreKeys

  constructor(set: WriteSet, preKeys: PreKeys) {
    this.#set = set
    this.#preKeys = preKeys
  }

  /**
   * Replaces the methods of the very object that Baileys made for one connection. The mutexes live and die with it: a
   * transaction of a dead socket may hang for a minute, and must not hold up the next one.
   */
  install(keys: SignalKeyStoreWithTransaction): void {
    const mutexes = new Map<string, Mutex>()
    keys.get = async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
      (await readKeys(this.#set, this.#preKeys, type, ids, this.#open()?.changes)) as Record<
        string,
        SignalDataTypeMap[T]
      >
    keys.set = async (changes) => writeKeys(this.#set, changes as Changes, this.#open()?.changes)
    keys.isInTransaction = () => this.#open() !== undefined
    keys.transaction = (work, key) => {
      if (this.#open()) return work()
      const mutex = mutexes.get(key) ?? new Mutex()
      mutexes.set(key, mutex)
      return mutex
        .runExclusive(() => this.#run(work))
        .finally(() => {
          if (!mutex.isLocked()) mutexes.delete(key)
        })
    }
  }

  /** Bytes of the running transaction are leaving: what they depend on joins the write set now. */
  flushRunning(): void {
    const open = this.#open()
    if (open) this.#flush(open, AT_THE_END)
  }

  /** A finished transaction lives on in promises that nobody awaits; those write directly. */
  #open(): Transaction | undefined {
    const transaction = transactions.getStore()
    return transaction && transaction.owner === this && !transaction.done ? transaction : undefined
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    const transaction: Transaction = { owner: this, changes: {}, done: false }
    try {
      const result = await transactions.run(transaction, work)
      this.#flush(transaction, new Set())
      return result
    } finally {
      transaction.done = true
    }
  }

  #flush(transaction: Transaction, except: ReadonlySet<string>): void {
    const { changes } = transaction
    const now = Object.entries(changes).filter(([type]) => !except.has(type))
    if (now.length === 0) return
    transaction.changes = Object.fromEntries(Object.entries(changes).filter(([type]) => except.has(type)))
    this.#set.apply(Object.fromEntries(now))
  }
}
