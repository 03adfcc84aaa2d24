/**
 * `npm run bench`: measures every row, prints the table, and writes docs/benchmarks.md when all rows ran. Rows run one
 * after the other, each with processes of its own, which are gone when it is through.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { readArguments } from './arguments.ts'
import { ROOT } from './parts/child.ts'
import { type Fleet, openFleet } from './parts/fleet.ts'
import { json, markdown, type Ran, terminalTable } from './report.ts'
import type { Context, Result, Row } from './row.ts'
import { calls } from './rows/calls.ts'
import { coldImport } from './rows/cold-import.ts'
import { coldStart } from './rows/cold-start.ts'
import { cpu } from './rows/cpu.ts'
import { crowd } from './rows/crowd.ts'
import { handover } from './rows/handover.ts'
import { kills } from './rows/kills.ts'
import { latency } from './rows/latency.ts'
import { memory } from './rows/memory.ts'
import { oneSocket } from './rows/one-socket.ts'
import { webhooks } from './rows/webhooks.ts'

const ROWS: Row[] = [
  memory,
  coldStart,
  oneSocket,
  crowd,
  cpu,
  latency,
  kills,
  handover,
  calls,
  coldImport,
  webhooks,
]

const say = (text: string) => process.stderr.write(`${text}\n`)

async function measure(rows: Row[], options: { kills: number; sessions: number }): Promise<Ran[]> {
  await using shared = new AsyncDisposableStack()
  let fleet: Promise<Fleet> | undefined
  const ran: Ran[] = []
  for (const row of rows) {
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
    ran.push({ row, result })
    progress(`done after ${Math.round((performance.now() - began) / 1000)} s`)
  }
  return ran
}

const names = ROWS.map(({ name }) => name)
const { only, out, ...options } = readArguments(process.argv.slice(2), names)
const occasion = {
  date: new Date().toISOString(),
  command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
  load: loadavg()[0]!,
}
const ran = await measure(
  ROWS.filter(({ name }) => only?.includes(name) ?? true),
  options,
)
process.stdout.write(`${terminalTable(ran)}\n`)
if (out) writeFileSync(out, json(ran, occasion))
if (!only) writeFileSync(join(ROOT, 'docs/benchmarks.md'), markdown(ran, occasion, names))
process.exit()
