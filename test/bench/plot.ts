/**
 * docs/benchmarks-growth.svg: memory and processor time of one connector over its number of sessions. Drawn by hand,
 * without a background and in tones that can be read on a light page and on a dark one.
 */
import type { Size } from './kept.ts'

const PANEL = { width: 380, height: 260, left: 56, right: 16, top: 40, bottom: 44 }
const TEXT = '#7d8590'
const GRID = '#7d859055'
const LINES = 5

type Curve = { title: string; colour: string; of(size: Size): number }
const CURVES: Curve[] = [
  { title: 'resident memory, MB', colour: '#2f81f7', of: ({ memoryMb }) => memoryMb },
  { title: 'processor time while idle, ms a second', colour: '#db6d28', of: ({ idleCpu }) => idleCpu },
]

export function growthPlot(growth: readonly Size[]): string {
  const panels = CURVES.map((curve, index) => panel(curve, growth, index * PANEL.width))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CURVES.length * PANEL.width} ${PANEL.height}" font-family="system-ui, sans-serif" font-size="12" fill="${TEXT}" role="img">`,
    '<title>Memory and idle processor time of one connector, by number of sessions</title>',
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

function panel({ title, colour, of }: Curve, growth: readonly Size[], x0: number): string {
  const [left, right] = [x0 + PANEL.left, x0 + PANEL.width - PANEL.right]
  const [top, bottom] = [PANEL.top, PANEL.height - PANEL.bottom]
  const across = scale(
    growth.map(({ sessions }) => sessions),
    left,
    right,
  )
  const up = scale(growth.map(of), bottom, top)
  const points = growth.map((size) => [across.at(size.sessions), up.at(of(size))] as const)
  return [
    `<text x="${left}" y="22" font-size="13">${title}</text>`,
    ...up.ticks.map(
      (value) =>
        `<path d="M${left} ${up.at(value)}H${right}" stroke="${GRID}"/><text x="${left - 8}" y="${up.at(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    ...across.ticks.map(
      (value) => `<text x="${across.at(value)}" y="${bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
    `<text x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle">sessions</text>`,
    `<path d="M${points.map((point) => point.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(
      ([x, y], index) =>
        `<circle cx="${x}" cy="${y}" r="4" fill="${colour}"><title>${growth[index]!.sessions} sessions: ${rounded(of(growth[index]!))}</title></circle>`,
    ),
  ].join('\n')
}

/** From zero to a round number that is not below any value; `from` and `to` are places on the page. */
function scale(values: number[], from: number, to: number) {
  const step = roundUp(Math.max(...values, 1e-9) / LINES)
  const count = Math.ceil(Math.max(...values, 1e-9) / step - 1e-9)
  return {
    ticks: Array.from({ length: count + 1 }, (_, index) => rounded(index * step)),
    at: (value: number) => rounded(from + ((to - from) * value) / (count * step)),
  }
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return (([1, 2, 5, 10] as const).find((factor) => factor * power >= value - 1e-9) ?? 10) * power
}

const rounded = (value: number): number => Number(value.toFixed(2))
