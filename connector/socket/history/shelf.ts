/**
 * Parts of the history that the phone has offered and that are not taken over yet, durable and sealed with the device. A
 * part is on the shelf before the message that brought it leaves the journal; how far it has come is noted beside it; and
 * what became of it is a row that is handed on, once, before the part goes. Whoever owns the device next goes on with it.
 */
import type {
  HistoryOutcome,
  HistoryPart,
  HistoryProgress,
  HistoryShelf,
  HistoryTotals,
  Me,
  Row,
} from '../types.ts'
import type { Changes, WriteSet } from '../write-set.ts'
import { contentIn, historyIn, isFromOurselves } from './notification.ts'

type MessageRow = Extract<Row, { kind: 'message' }>
type Stored = Omit<MessageRow, 'id' | 'kind' | 'message'> & { since: number; message: string }
type Step = HistoryProgress & {
  /** What became of it, with the id of the row that tells so. */
  outcome?: HistoryOutcome & { id: string }
  isTold?: boolean
}

const [PART, STEP, TOTALS] = ['history', 'history-step', 'history-totals']
const ALL = 'all'
const NEW: Step = { attempts: 0, notBefore: 0, done: 0, messages: 0, chats: 0, lastChat: -1 }
const NOTHING: HistoryTotals = { parts: 0, failed: 0, messages: 0 }

export type ShelfOptions = {
  set: WriteSet
  newId(): string
  /** Takes a row that has to be handed on, with the unit that has to be durable first. */
  queue(id: string, seq: number): void
  /** The message that brought a part is still in the journal, and may be handed on again. */
  isInJournal(rowId: string): boolean
  me(): Me | undefined
  now(): number
  onChange(): void
}

export class Shelf implements HistoryShelf {
  readonly #options: ShelfOptions
  readonly #steps = new Map<string, Step>()
  /** When those came that are not over, in the order of their coming. */
  readonly #since = new Map<string, number>()
  readonly #byOutcome = new Map<string, string>()
  #totals: HistoryTotals

  constructor(options: ShelfOptions) {
    const { set, queue } = options
    this.#options = options
    this.#totals = (set.read(TOTALS, ALL) as HistoryTotals | undefined) ?? NOTHING
    const stored = [...set.entries(PART)] as [id: string, Stored][]
    for (const [id, { since }] of stored.sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.#steps.set(id, NEW)
      this.#since.set(id, since)
    }
    for (const [id, value] of set.entries(STEP)) {
      const step = value as Step
      this.#steps.set(id, step)
      if (step.outcome) this.#since.delete(id)
      if (!step.outcome || step.isTold) continue
      this.#byOutcome.set(step.outcome.id, id)
      queue(step.outcome.id, 0)
    }
    this.#sweep()
  }

  get totals(): HistoryTotals {
    return this.#totals
  }

  /** Keeps the parts that these rows announce. To be called before their journal rows go. */
  take(rows: Row[]): void {
    const { set, me, now } = this.#options
    const parts: Changes = {}
    for (const row of rows) {
      if (row.kind !== 'message' || !isFromOurselves(row.stanza, me()) || this.#steps.has(row.id)) continue
      if (!historyIn(contentIn(row.message))) continue
      const { stanza, encryption, message } = row
      const since = now()
      const stored: Stored = {
        stanza,
        encryption,
        since,
        message: Buffer.from(message).toString('base64'),
      }
      parts[PART] = { ...parts[PART], [row.id]: stored }
      this.#steps.set(row.id, NEW)
      this.#since.set(row.id, since)
    }
    if (!parts[PART]) return
    set.apply(parts)
    this.#options.onChange()
  }

  pending(): HistoryPart[] {
    return [...this.#since].map(([id, since]) => ({ ...(this.#steps.get(id) ?? NEW), id, since }))
  }

  announcement(id: string): MessageRow {
    const stored = this.#stored(id)
    if (!stored) throw new Error('This part of the history is not on the shelf.')
    const { since: _, message, ...row } = stored
    return { id, kind: 'message', ...row, message: Buffer.from(message, 'base64') }
  }

  note(id: string, change: Partial<HistoryProgress>): void {
    const step = this.#steps.get(id)
    if (!step || step.outcome) return
    this.#write(id, { ...step, ...change })
  }

  finish(id: string, outcome: HistoryOutcome | undefined): void {
    const { set, newId, queue } = this.#options
    const step = this.#steps.get(id)
    if (!step || step.outcome) return
    this.#since.delete(id)
    if (!outcome) {
      this.#write(id, { ...step, outcome: { chats: 0, messages: 0, id: '' }, isTold: true }, true)
      this.#sweep()
      return
    }
    const told = { ...outcome, id: newId() }
    this.#totals = added(this.#totals, outcome, this.#stored(id))
    const finished: Step = { ...step, outcome: told }
    this.#steps.set(id, finished)
    this.#byOutcome.set(told.id, id)
    queue(told.id, set.apply({ [STEP]: { [id]: finished }, [TOTALS]: { [ALL]: this.#totals } }))
  }

  /** Of the delivery. */
  row(id: string): Row | undefined {
    const partId = this.#byOutcome.get(id)
    const outcome = partId === undefined ? undefined : this.#steps.get(partId)?.outcome
    const stored = partId === undefined ? undefined : this.#stored(partId)
    if (!outcome || !stored) return undefined
    const { id: _, ...told } = outcome
    return { id, kind: 'history', message: Buffer.from(stored.message, 'base64'), outcome: told }
  }

  handed(id: string): void {
    const partId = this.#byOutcome.get(id)
    const step = partId === undefined ? undefined : this.#steps.get(partId)
    if (partId === undefined || !step || this.#options.set.dead) return
    this.#byOutcome.delete(id)
    this.#write(partId, { ...step, isTold: true }, true)
    this.#sweep()
  }

  /** What was told goes, as soon as the message that brought it cannot be handed on again. */
  #sweep(): void {
    const { set, isInJournal } = this.#options
    const over = [...this.#steps].flatMap(([id, { isTold }]) => (isTold && !isInJournal(id) ? [id] : []))
    if (over.length === 0 || set.dead) return
    for (const id of over) this.#steps.delete(id)
    const gone = Object.fromEntries(over.map((id) => [id, null]))
    set.apply({ [PART]: gone, [STEP]: gone }, true)
  }

  #write(id: string, step: Step, isLast = false): void {
    this.#options.set.apply({ [STEP]: { [id]: step }, ...(isLast ? { [PART]: { [id]: null } } : {}) }, true)
    this.#steps.set(id, step)
  }

  #stored = (id: string): Stored | undefined => this.#options.set.read(PART, id) as Stored | undefined
}

function added(totals: HistoryTotals, outcome: HistoryOutcome, stored: Stored | undefined): HistoryTotals {
  const said = stored && historyIn(contentIn(Buffer.from(stored.message, 'base64')))?.progress
  const progress = said ?? totals.progress
  const all = { ...totals, ...(progress === undefined ? {} : { progress }) }
  return 'failed' in outcome
    ? { ...all, failed: totals.failed + 1 }
    : { ...all, parts: totals.parts + 1, messages: totals.messages + outcome.messages }
}
