/**
 * A device under a new master key: everything of it in portions that fit a commit each, to be sealed anew. The former
 * key is needed until that was done, and not afterwards.
 */
import { blockOf, weigh } from './items.ts'
import type { DeviceStore, Group } from './store.ts'

type Change = { rows: Map<string, string>; preKeys: Map<number, Uint8Array> }

const none = (): Change => ({ rows: new Map(), preKeys: new Map() })

export function* portions(
  rows: ReadonlyMap<string, string>,
  preKeys: ReadonlyMap<number, Uint8Array>,
  limits: DeviceStore['limits'],
): Generator<Group> {
  let portion = none()
  let [items, bytes] = [0, 0]
  for (const change of changes(rows, preKeys)) {
    const weight = weigh(change)
    if (items > 0 && (items + weight.items > limits.items || bytes + weight.bytes > limits.bytes)) {
      yield { ...portion, mark: '' }
      portion = none()
      ;[items, bytes] = [0, 0]
    }
    for (const [row, text] of change.rows) portion.rows.set(row, text)
    for (const [id, secret] of change.preKeys) portion.preKeys.set(id, secret)
    items += weight.items
    bytes += weight.bytes
  }
  if (items > 0) yield { ...portion, mark: '' }
}

/** Each row by itself, and pre-keys block by block. */
function* changes(
  rows: ReadonlyMap<string, string>,
  preKeys: ReadonlyMap<number, Uint8Array>,
): Generator<Change> {
  for (const row of rows) yield { ...none(), rows: new Map([row]) }
  for (const block of Map.groupBy(preKeys, ([id]) => blockOf(id)).values())
    yield { ...none(), preKeys: new Map(block) }
}
