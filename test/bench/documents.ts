/** The pages that are written from the figures that are kept. A test holds them to it. */
import { capacity } from './capacity.ts'
import type { Kept } from './kept.ts'
import { growthPlot } from './plot.ts'
import { markdown } from './report.ts'

/** Texts by file, below docs/. */
export function documents(kept: Kept): Record<string, string> {
  const growth = kept.rows.find((row) => row.growth)?.growth
  return {
    'benchmarks.md': markdown(kept, growth ? PLOT : undefined),
    'capacity.md': capacity(kept),
    ...(growth ? { [PLOT]: growthPlot(growth) } : {}),
  }
}

const PLOT = 'benchmarks-growth.svg'
