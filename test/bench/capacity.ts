/** docs/capacity.md: what a connector of each Fargate size holds and does, from the figures that are kept. */
import { PERSONAL, PRODUCTION, type Size as Stage } from '../cost/size.ts'
import type { Kept, Size } from './kept.ts'
import { lineThrough } from './parts/statistics.ts'

/** The sizes of Fargate that make sense for one thread: vCPU and GB. */
const SIZES: [vcpu: number, gb: number][] = [
  [0.25, 1],
  [0.5, 1],
  [1, 2],
  [1, 4],
]
/** The scaler's own marks: another connector is added beyond them (stacks/connector.ts). */
const FULL = { cpu: 0.6, memory: 0.75 }
const MB_OF_GB = 1024
/** What a session takes is more than nothing, whatever the noise of a measurement says. */
const LEAST = 1e-6

export type Model = {
  /** MB without a session, and MB for each. */
  memory: { at0: number; slope: number }
  /** Processor time while idle, ms a second: without a session, and for each. */
  idle: { at0: number; slope: number }
  /** Processor time of a message on its way out, with its receipts, in ms. */
  message: number
}

export function modelOf({ rows }: Kept): Model | undefined {
  const growth = rows.find(({ name }) => name === 'growth')?.growth
  const cpu = rows.find(({ name }) => name === 'cpu')
  const message = cpu?.figures.find(({ what }) => what.startsWith('the whole connector'))?.ours
  if (!growth || growth.length < 2 || message === undefined) return
  const line = (of: (size: Size) => number) => {
    const { at0, slope } = lineThrough(growth.map((size) => [size.sessions, of(size)] as const))
    return { at0: Math.max(0, at0), slope: Math.max(LEAST, slope) }
  }
  return { memory: line(({ memoryMb }) => memoryMb), idle: line(({ idleCpu }) => idleCpu), message }
}

/** Sessions that fit, and messages a second beside so many idle sessions; both at least 0. */
export function holds({ memory, idle, message }: Model, vcpu: number, gb: number) {
  const byMemory = (FULL.memory * gb * MB_OF_GB - memory.at0) / memory.slope
  const cpu = FULL.cpu * Math.min(1, vcpu) * 1_000
  const byCpu = (cpu - idle.at0) / idle.slope
  const sessions = Math.max(0, Math.floor(Math.min(byMemory, byCpu)))
  const messages = (beside: number) => Math.max(0, (cpu - idle.at0 - idle.slope * beside) / message)
  return { sessions, bound: byMemory < byCpu ? 'memory' : 'processor', messages }
}

export function capacity(kept: Kept): string {
  const model = modelOf(kept)
  return `# How much one connector holds

Written by \`npm run bench\` from the figures in [benchmarks](benchmarks.md). Do not edit: measure again. What it costs is in
[cost](cost.md), how far all of it together goes in [scale](scale.md).

A connector is one thread, so it uses one vCPU at most. Its memory decides how many sessions it holds, its processor how many
messages a second go through it. Both are reckoned up to the marks at which the scaler adds another connector: ${percent(FULL.memory)} of the
memory, ${percent(FULL.cpu)} of the processor.

${model ? tables(model) : 'Not measured yet: the rows `growth` and `cpu` are missing.\n'}
## What to keep in mind

- A vCPU of Fargate is taken to be as fast as a processor of the machine on which the figures were measured. Measure on yours:
  \`npm run bench -- only=growth,cpu keep=yes\` writes this page anew.
- Idle sessions are the larger part in most fleets, so the tables count with them. Media, large groups and history after linking
  take more for a while; the quarter of the memory that is left is for them.
- When a connector dies, its sessions move to the others. Leave room for that: with \`n\` connectors, fill each to \`(n - 1) / n\`.
- More sessions need more connectors, not larger ones. They share the load by themselves; \`SHARDS\` bounds how many can work.
`
}

const tables = (
  model: Model,
): string => `| Fargate | sessions, idle | bound by | messages a second, beside 100 sessions | beside half of the sessions | made for |
| --- | ---: | --- | ---: | ---: | --- |
${SIZES.map(([vcpu, gb]) => row(model, vcpu, gb)).join('\n')}

What this was reckoned from: ${whole(model.memory.at0)} MB and ${whole(model.memory.slope * 1024)} kB for each session; ${short(model.idle.at0)} ms of processor a second and ${short(model.idle.slope)} ms for
each session while nothing happens; ${short(model.message)} ms for each message, from the command to the phone's receipt.
"Made for" is how many sessions \`stacks/stage.ts\` gives one connector of that size before it starts another.
`

function row(model: Model, vcpu: number, gb: number): string {
  const { sessions, bound, messages } = holds(model, vcpu, gb)
  const made = [PERSONAL, PRODUCTION].find((stage: Stage) => stage.vcpu === vcpu && stage.gb === gb)
  const cells = [
    `${vcpu} vCPU, ${gb} GB`,
    whole(sessions),
    bound,
    whole(messages(100)),
    whole(messages(sessions / 2)),
    made ? `${made.name}: ${whole(made.sessions)}` : '',
  ]
  return `| ${cells.join(' | ')} |`
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const short = (value: number): string => `${Number(value.toPrecision(2))}`
const percent = (part: number): string => `${Math.round(part * 100)} %`
