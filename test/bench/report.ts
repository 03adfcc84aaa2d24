/** The figures as a table for the terminal, as Markdown for docs/benchmarks.md, and as JSON. */
import { cpus, release, totalmem } from 'node:os'
import type { Kept, KeptRow, Occasion } from './kept.ts'
import { type Figure, type Goal, isReached, ratioOf } from './row.ts'

const HEAD = ['', 'unit', 'Linekeeper', 'raw Baileys', 'ratio', 'goal', 'reached']

export function terminalTable(measured: KeptRow[]): string {
  const rows = measured.flatMap(({ title, figures }) => [[title], ...figures.map(cellsOf)])
  const full = rows.filter((cells) => cells.length > 1)
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...full.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
  return [line(HEAD), ...rows.map((cells) => (cells.length > 1 ? line(cells) : `\n${cells[0]}`))].join('\n')
}

/** @param plot the file with the picture of how a connector grows, beside the page */
export function markdown({ rows }: Kept, plot: string | undefined): string {
  const sections = rows.map((row) =>
    [
      `## ${row.title}`,
      '',
      ...(row.growth && plot ? [`![Memory and idle processor time by number of sessions](${plot})`, ''] : []),
      `| ${HEAD.map((head) => head || 'what').join(' | ')} |`,
      `|${HEAD.map((_, column) => (column < 2 ? ' --- ' : ' ---: ')).join('|')}|`,
      ...row.figures.map((figure) => `| ${cellsOf(figure).join(' | ')} |`),
      '',
      ...row.notes.map((note) => `- ${note}`),
      `- Measured ${occasionOf(row.occasion)}.`,
      '',
    ].join('\n'),
  )
  return `${introduction(rows)}\n${sections.join('\n')}`
}

const occasionOf = ({ date, commit, command, load }: Occasion): string =>
  `on ${date.slice(0, 10)} at commit ${commit} by \`${command}\`; the load average was ${load.toFixed(2)} when it started`

const introduction = (rows: KeptRow[]): string => `# Benchmarks

Written by \`npm run bench\`. Do not edit: run it again. \`npm run bench -- only=${'<row>'} keep=yes\` measures single rows and leaves
the others: ${rows.map(({ name }) => name).join(', ') || 'nothing was measured yet'}. What the figures mean for your own machines is in [capacity](capacity.md).

${machinesOf(rows)}
- Everything runs on this one machine: the measured process, the sandbox (a process of its own), and where they are part of the row the database, the queues and the API. So rates are those of shared processors; what counts is the ratio within a row.
- "Raw Baileys" is the unmodified package in the version that we use, measured in the same run, against the same sandbox, with the same flags, text and number of messages in flight.
`

/** Usually one. */
const machinesOf = (rows: KeptRow[]): string =>
  [...Map.groupBy(rows, ({ occasion }) => occasion.machine)]
    .map(([machine, own], _, all) =>
      all.length === 1
        ? `- Machine: ${machine}.`
        : `- Machine of ${own.map(({ name }) => name).join(', ')}: ${machine}.`,
    )
    .join('\n')

export const thisMachine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}`

export const json = (rows: KeptRow[]): string =>
  `${JSON.stringify(
    {
      rows: rows.map((row) => ({
        ...row,
        figures: row.figures.map((figure) => ({
          ...figure,
          ratio: ratioOf(figure),
          reached: isReached(figure),
        })),
      })),
    },
    undefined,
    2,
  )}\n`

function cellsOf(figure: Figure): string[] {
  const ratio = ratioOf(figure)
  const reached = isReached(figure)
  return [
    figure.what,
    figure.unit,
    number(figure.ours),
    figure.raw === undefined ? '' : number(figure.raw),
    ratio === undefined ? '' : `${number(ratio)} ×`,
    (figure.goals ?? []).map((goal) => goalText(goal, figure.unit)).join(', '),
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ]
}

const goalText = ({ of, is, value }: Goal, unit: string): string =>
  `${is === 'at most' ? '≤' : '≥'} ${value} ${of === 'ratio' ? '×' : unit}`

/** Three significant digits, and never fewer than the whole number. */
const number = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
