/**
 * The figures that are kept in docs/benchmarks.json, each row with the occasion on which it was measured. A run replaces
 * the rows that it measured and leaves the others, so that rows can be measured one by one.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { ROOT } from './parts/child.ts'

const FILE = join(ROOT, 'docs/benchmarks.json')

const Goal = z.object({
  of: z.enum(['ours', 'ratio']),
  is: z.enum(['at most', 'at least']),
  value: z.number(),
})
const Figure = z.object({
  what: z.string(),
  unit: z.string(),
  ours: z.number(),
  raw: z.number().optional(),
  goals: z.array(Goal).optional(),
})

/** One connector with so many idle sessions. */
export const Size = z.object({
  sessions: z.int(),
  /** Resident, in MB of 2^20 bytes. */
  memoryMb: z.number(),
  /** Processor time while nothing happens, in ms a second. */
  idleCpu: z.number(),
  /** From the start of its process until all of them were connected. */
  seconds: z.number(),
})
export type Size = z.infer<typeof Size>

export const Occasion = z.object({
  date: z.iso.datetime(),
  command: z.string(),
  commit: z.string(),
  /** Load average when it started. */
  load: z.number(),
  machine: z.string(),
})
export type Occasion = z.infer<typeof Occasion>

export const KeptRow = z.object({
  name: z.string(),
  title: z.string(),
  figures: z.array(Figure),
  notes: z.array(z.string()),
  growth: z.array(Size).optional(),
  occasion: Occasion,
})
export type KeptRow = z.infer<typeof KeptRow>

export const Kept = z.object({ rows: z.array(KeptRow) })
export type Kept = z.infer<typeof Kept>

/** Nothing when nothing was kept yet. */
export const readKept = (): Kept =>
  existsSync(FILE) ? Kept.parse(JSON.parse(readFileSync(FILE, 'utf8'))) : { rows: [] }

export const writeKept = (kept: Kept): void => writeFileSync(FILE, `${JSON.stringify(kept, undefined, 2)}\n`)

/** A row without figures could not be measured, and what is known of it stays. @param names all rows, in their order */
export function merged(kept: Kept, fresh: KeptRow[], names: readonly string[]): Kept {
  const known = new Map(kept.rows.map((row) => [row.name, row]))
  for (const row of fresh) if (row.figures.length > 0) known.set(row.name, row)
  return { rows: names.flatMap((name) => known.get(name) ?? []) }
}
