/**
 * Cuts what is pending into commits. A cut is only made between units, so that each stays atomic; only a unit that is
 * too large for any commit (a pre-key upload, a history full of contacts) is divided, its credentials last: they are
 * what makes the rest count.
 */
import type { DeviceStore, Group, RowKey } from '#core/device/index.ts'
import { textOf, type Unit } from './write-set.ts'

const LAST: RowKey = 'creds:self'
/** Far fewer items than a commit takes, whatever the size of a block. */
const PRE_KEYS_AT_ONCE = 500

type Parts = { rows: Map<RowKey, string | null>; preKeys: Map<number, Uint8Array | null> }
type Sizing = Pick<DeviceStore, 'limits' | 'weigh'>

/** How many of the pending units go into the next commit, and the groups that it takes (nearly always one). */
export function nextGroups(
  pending: readonly Unit[],
  store: Sizing,
  mark: string,
): { units: Unit[]; groups: Group[] } {
  const all: Parts = { rows: new Map(), preKeys: new Map() }
  const units: Unit[] = []
  const load = { items: 0, bytes: 0 }
  for (const unit of pending) {
    const parts = partsOf(unit)
    const more = store.weigh(withoutKnown(parts, all))
    load.items += more.items
    load.bytes += more.bytes
    if (units.length > 0 && !fits(load, store)) break
    for (const [key, text] of parts.rows) all.rows.set(key, text)
    for (const [id, secret] of parts.preKeys) all.preKeys.set(id, secret)
    units.push(unit)
  }
  return { units, groups: divide(all, store).map((parts) => ({ ...parts, mark })) }
}

function partsOf(unit: Unit): Parts {
  const rows = new Map([...unit.rows].map(([key, value]) => [key, textOf(key, value)]))
  const preKeys = new Map([...unit.preKeys].map(([id, pair]) => [id, pair?.private ?? null]))
  return { rows, preKeys }
}

function withoutKnown(parts: Parts, known: Parts): Parts {
  return {
    rows: new Map([...parts.rows].filter(([key]) => !known.rows.has(key))),
    preKeys: new Map([...parts.preKeys].filter(([id]) => !known.preKeys.has(id))),
  }
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

const chunks = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
