/**
 * Cuts what is pending into commits. A cut is only made between units, so that each stays atomic; only a unit that is
 * too large for any commit (a pre-key upload, a history full of contacts) is divided, its credentials last: they are
 * what makes the rest count.
 */
import type { DeviceStore, Group, RowKey } from '#core/device/index.ts'
import { chunks } from '#core/platform/chunks.ts'
import { textOf, type Unit } from './write-set.ts'

const LAST: RowKey = 'creds:self'
/** Far fewer items than a commit takes, whatever the size of a block. */
const PRE_KEYS_AT_ONCE = 500

type Parts = { rows: Map<RowKey, string | null>; preKeys: Map<number, Uint8Array | null> }
type Sizing = Pick<DeviceStore, 'limits' | 'weigh'>

/** The units that go into the next commit, and the groups that it takes (nearly always one). */
export function nextGroups(
  pending: readonly Unit[],
  store: Sizing,
  mark: string,
): { units: Unit[]; groups: Group[] } {
  for (let count = atMost(pending, store.limits.items); ; count = Math.ceil(count / 2)) {
    const units = pending.slice(0, count)
    const all = merge(units)
    if (count > 1 && !fits(store.weigh(all), store)) continue
    return { units, groups: divide(all, store).map((parts) => ({ ...parts, mark })) }
  }
}

/** How many units there are before more than `items` different rows are touched; at least one. */
function atMost(pending: readonly Unit[], items: number): number {
  const touched = new Set<RowKey | number>()
  const last = pending.findIndex((unit) => {
    for (const key of unit.rows.keys()) touched.add(key)
    for (const id of unit.preKeys.keys()) touched.add(id)
    return touched.size > items
  })
  return last === -1 ? pending.length : Math.max(last, 1)
}

/** The last value of each row counts, and only that is written as text. */
function merge(units: readonly Unit[]): Parts {
  const rows = new Map<RowKey, unknown>()
  const preKeys: Parts['preKeys'] = new Map()
  for (const unit of units) {
    for (const [key, value] of unit.rows) rows.set(key, value)
    for (const [id, pair] of unit.preKeys) preKeys.set(id, pair?.private ?? null)
  }
  const texts: Parts['rows'] = new Map()
  for (const [key, value] of rows) texts.set(key, textOf(key, value))
  return { rows: texts, preKeys }
}

function divide(all: Parts, store: Sizing): Parts[] {
  if (fits(store.weigh(all), store)) return [all]
  const rows = [...all.rows].sort(([a], [b]) => Number(a === LAST) - Number(b === LAST))
  const preKeys = [...all.preKeys].sort(([a], [b]) => a - b)
  const pieces: Parts[] = [
    ...chunks(preKeys, PRE_KEYS_AT_ONCE).map((chunk) => ({ rows: new Map(), preKeys: new Map(chunk) })),
    ...rows.map((row) => ({ rows: new Map([row]), preKeys: new Map() })),
  ]
  const groups: Parts[] = []
  let load = { items: Number.POSITIVE_INFINITY, bytes: 0 }
  for (const piece of pieces) {
    const more = store.weigh(piece)
    load = { items: load.items + more.items, bytes: load.bytes + more.bytes }
    const group = groups.at(-1)
    if (group && fits(load, store)) {
      for (const [key, text] of piece.rows) group.rows.set(key, text)
      for (const [id, secret] of piece.preKeys) group.preKeys.set(id, secret)
    } else {
      groups.push(piece)
      load = more
    }
  }
  return groups
}

const fits = (load: { items: number; bytes: number }, { limits }: Sizing): boolean =>
  load.items <= limits.items && load.bytes <= limits.bytes
