/**
 * `npm run bench`: measures every row, prints the table, keeps the figures in docs/benchmarks.json, and writes the pages
 * that are made from them. Rows run one after the other, each with processes of its own, which are gone when it is
 * through. Single rows are kept only when that is asked for.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { readArguments } from './arguments.ts'
import { documents } from './documents.ts'
import { type Kept, type KeptRow, merged, type Occasion, readKept, writeKept } from './kept.ts'
import { ROOT } from './parts/child.ts'
import { type Fleet, openFleet } from './parts/fleet.ts'
import { json, terminalTable, thisMachine } from './report.ts'
import type { Context, Result, Row } from './row.ts'
import { ROWS } from './rows/index.ts'

const names = ROWS.map(({ name }) => name)
const {
  only,
  out,
  docs,
  keep = only ? 'no' : 'yes',
  ...options
} = readArguments(process.argv.slice(2), names)

const say = (text: string) => process.stderr.write(`${text}\n`)

async function measure(rows: Row[]): Promise<KeptRow[]> {
  await using shared = new AsyncDisposableStack()
  let fleet: Promise<Fleet> | undefined
  const measured: KeptRow[] = []
  for (const row of rows) {
    const occasion = thisOccasion()
    const began = performance.now()
    const progress = (text: string) => say(`${row.name.padEnd(12)} ${text}`)
    const open = async () => shared.use(await openFleet(options.sessions, progress))
    const context: Context = {
      ...options,
      progress,
      fleet: () => {
        fleet ??= open()
        return fleet
      },
    }
    const result = await row.run(context).catch((error: unknown): Result => {
      say(inspect(error))
      process.exitCode = 1
      return { figures: [], notes: [`Not measured: ${error instanceof Error ? error.message : error}`] }
    })
    measured.push({ name: row.name, title: row.title, ...result, occasion })
    if (keep === 'yes') keepFigures(measured)
    progress(`done after ${Math.round((performance.now() - began) / 1000)} s`)
  }
  return measured
}

function thisOccasion(): Occasion {
  const given = process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []
  return {
    date: new Date().toISOString(),
    command: ['npm run bench', ...given].join(' '),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    load: loadavg()[0]!,
    machine: thisMachine(),
  }
}

/** After each row, so that a run that is broken off has not been for nothing. */
function keepFigures(measured: KeptRow[]): void {
  const kept = merged(readKept(), measured, names)
  writeKept(kept)
  writeDocuments(kept)
}

function writeDocuments(kept: Kept): void {
  for (const [file, text] of Object.entries(documents(kept))) writeFileSync(join(ROOT, 'docs', file), text)
}

if (docs) writeDocuments(readKept())
else {
  const measured = await measure(ROWS.filter(({ name }) => only?.includes(name) ?? true))
  process.stdout.write(`${terminalTable(measured)}\n`)
  if (out) writeFileSync(out, json(measured))
}
process.exit()
