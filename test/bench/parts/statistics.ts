/** The few numbers that a row of the bench boils down to. */

/** The value below which the share `p` (0 to 1) of the values lies; the nearest one that was measured. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** The straight line that lies nearest to the points, by least squares. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): {
  at0: number
  slope: number
} {
  if (points.length < 2) throw new Error('a line takes two points')
  const mean = (values: number[]) => sum(values) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const slope =
    sum(points.map(([at, value]) => (at - x) * (value - y))) / sum(points.map(([at]) => (at - x) ** 2))
  return { at0: y - slope * x, slope }
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
