/**
 * What a row of the bench is, and what it answers: figures, each with raw Baileys beside it where there is such a
 * thing, and with the mark that it has to reach.
 */

import type { Size } from './kept.ts'
import type { Fleet } from './parts/fleet.ts'

/** `ratio` is ours divided by raw. */
export type Goal = { of: 'ours' | 'ratio'; is: 'at most' | 'at least'; value: number }

export type Figure = {
  what: string
  unit: string
  ours: number
  raw?: number | undefined
  goals?: Goal[] | undefined
}

export type Result = {
  figures: Figure[]
  /** What exactly was compared, and what a reader has to know: sentences. */
  notes: string[]
  /** How one connector grows, smallest first. */
  growth?: Size[]
}

export type Context = {
  /** Says what is being done now. */
  progress(text: string): void
  /** How often the connector is killed. */
  kills: number
  /** How many sessions move from one connector to another. */
  lines: number
  /** The largest number of sessions that one connector is measured with. */
  most: number
  /** How many events at once are delivered to each endpoint. */
  events: number
  /** Many linked sessions; they are linked for the first row that asks. */
  fleet(): Promise<Fleet>
}

export type Row = { name: string; title: string; run(context: Context): Promise<Result> }

export const ratioOf = ({ ours, raw }: Figure): number | undefined => (raw ? ours / raw : undefined)

/** Undefined when there is no mark. */
export function isReached(figure: Figure): boolean | undefined {
  if (!figure.goals?.length) return undefined
  return figure.goals.every(({ of, is, value }) => {
    const measured = of === 'ours' ? figure.ours : ratioOf(figure)
    if (measured === undefined) return false
    return is === 'at most' ? measured <= value : measured >= value
  })
}

export const atMost = (of: Goal['of'], value: number): Goal => ({ of, is: 'at most', value })
export const atLeast = (of: Goal['of'], value: number): Goal => ({ of, is: 'at least', value })
