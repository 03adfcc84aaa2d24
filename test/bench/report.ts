/** The figures as a table for the terminal, as Markdown for docs/benchmarks.md, and as JSON. */
import { cpus, release, totalmem } from 'node:os'
import { type Figure, type Goal, isReached, type Result, type Row, ratioOf } from './row.ts'

export type Ran = { row: Pick<Row, 'name' | 'title'>; result: Result }
export type Occasion = { date: string; command: string; commit: string; load: number }

const HEAD = ['', 'unit', 'Linekeeper', 'raw Baileys', 'ratio', 'goal', 'reached']

export function terminalTable(ran: Ran[]): string {
  const rows = ran.flatMap(({ row, result }) => [[row.title], ...result.figures.map(cellsOf)])
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

export function markdown(ran: Ran[], occasion: Occasion, names: readonly string[]): string {
  const rows = ran.map(({ row, result }) =>
    [
      `## ${row.title}`,
      '',
      `| ${HEAD.map((head) => head || 'what').join(' | ')} |`,
      `|${HEAD.map((_, column) => (column < 2 ? ' --- ' : ' ---: ')).join('|')}|`,
      ...result.figures.map((figure) => `| ${cellsOf(figure).join(' | ')} |`),
      '',
      ...result.notes.map((note) => `- ${note}`),
      '',
    ].join('\n'),
  )
  return `${introduction(occasion, names)}\n${rows.join('\n')}`
}

const introduction = (
  { date, command, commit, load }: Occasion,
  names: readonly string[],
): string => `# Benchmarks

Written by \`${command}\` on ${date.slice(0, 10)}, commit ${commit}. Do not edit: run it again.

- Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}. Load average when it started: ${load.toFixed(2)}.
- Everything runs on this one machine: the measured process, the sandbox (a process of its own), and where they are part of the row the database, the queues and the API. So rates are those of shared processors; what counts is the ratio within a row.
- "Raw Baileys" is the unmodified package in the version that we use, measured in the same run, against the same sandbox, with the same flags, text and number of messages in flight.
- \`npm run bench -- only=${'<row>'}\` runs single rows: ${names.join(', ')}.
`

export const json = (ran: Ran[], occasion: Occasion): string =>
  `${JSON.stringify(
    {
      ...occasion,
      rows: ran.map(({ row, result }) => ({
        name: row.name,
        title: row.title,
        figures: result.figures.map((figure) => ({
          ...figure,
          ratio: ratioOf(figure),
          reached: isReached(figure),
        })),
        notes: result.notes,
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
