/** Measures in turn, raw, ours, raw, ours, so that whatever else the machine does meets both alike. */
import type { Kind } from './pair.ts'
import { median } from './statistics.ts'

/** The median of so many turns each. */
export async function compare(
  turns: number,
  measure: (kind: Kind) => Promise<number>,
): Promise<Record<Kind, number>> {
  const all: Record<Kind, number[]> = { raw: [], ours: [] }
  for (let turn = 0; turn < turns; turn++)
    for (const kind of ['raw', 'ours'] as const) all[kind].push(await measure(kind))
  return { raw: median(all.raw), ours: median(all.ours) }
}
