/**
 * Puts the journal rows that wait for the same commit on one page, which is a single row of the store: under load a
 * commit then holds one page instead of a row for each message and receipt. A page is closed as soon as a commit has
 * taken it, and goes when nothing on it is needed any more; what stays on it longer than needed does no harm.
 */
import type { Changes, WriteSet } from './write-set.ts'

/** Items cost by the KB and may have 400 of them, so there is nothing to be won by larger ones. */
const PAGE_BYTES = 32_000
/** Names, ids and attributes of a row, roughly. */
const ROW_BYTES = 400

type Entries<T> = readonly (readonly [id: string, value: T])[]
type Page<T> = { id: string; entries: Entries<T>; seq: number; bytes: number }

export class Pages<T> {
  readonly #set: WriteSet
  readonly #type: string
  readonly #sizeOf: (value: T) => number
  #open: Page<T> | undefined
  readonly #pageOf = new Map<string, string>()
  readonly #needed = new Map<string, number>()

  constructor(set: WriteSet, type: string, sizeOf: (value: T) => number) {
    this.#set = set
    this.#type = type
    this.#sizeOf = sizeOf
  }

  /** Everything that the store has; call it once, at the start. */
  load(): [id: string, value: T][] {
    return [...this.#set.entries(this.#type)].flatMap(([page, stored]) => {
      // Before there were pages, a row lay in the store by itself, under its own id.
      const entries = Array.isArray(stored) ? (stored as Entries<T>) : ([[page, stored as T]] as const)
      for (const [id] of entries) this.#note(id, page)
      return entries.map(([id, value]): [string, T] => [id, value])
    })
  }

  /** Adds a row to a unit. @returns to be called in the same turn, once the unit was applied */
  put(unit: Changes, id: string, value: T): () => void {
    const bytes = this.#sizeOf(value) + ROW_BYTES
    const open = this.#waiting()
    const page = open && open.bytes + bytes <= PAGE_BYTES ? open : { id, entries: [], bytes: 0 }
    const before = (unit[this.#type]?.[page.id] as Entries<T> | undefined) ?? page.entries
    const entries = [...before, [id, value] as const]
    unit[this.#type] = { ...unit[this.#type], [page.id]: entries }
    return () => {
      this.#open = { id: page.id, entries, seq: this.#set.seq, bytes: page.bytes + bytes }
      this.#note(id, page.id)
    }
  }

  /** The row is not needed any more. */
  drop(id: string): void {
    const page = this.#pageOf.get(id)
    if (page === undefined) return
    this.#pageOf.delete(id)
    const needed = (this.#needed.get(page) ?? 0) - 1
    this.#needed.set(page, needed)
    if (needed > 0) return
    this.#needed.delete(page)
    if (this.#open?.id === page) this.#open = undefined
    this.#set.apply({ [this.#type]: { [page]: null } }, true)
  }

  #note(id: string, page: string): void {
    this.#pageOf.set(id, page)
    this.#needed.set(page, (this.#needed.get(page) ?? 0) + 1)
  }

  /** The open page, unless a commit has it already. */
  #waiting(): Page<T> | undefined {
    if (this.#open && this.#open.seq <= this.#set.taken) this.#open = undefined
    return this.#open
  }
}
