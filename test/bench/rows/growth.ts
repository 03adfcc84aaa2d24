/** What one connector takes of a machine as its idle sessions become more: a fresh process at every size. */
import { setTimeout as pause } from 'node:timers/promises'
import { CONNECTOR_FLAGS } from '../../../local/connectors.ts'
import type { Size } from '../kept.ts'
import { type Fleet, openFleet } from '../parts/fleet.ts'
import { lineThrough, median } from '../parts/statistics.ts'
import { cpuMs, residentMb } from '../parts/usage.ts'
import type { Figure, Row } from '../row.ts'

/** Of the largest size: 50, 100, 200, 500 and 1,000 sessions, unless it is chosen otherwise. */
const STEPS = [0.05, 0.1, 0.2, 0.5, 1]
/** As for the row `memory`. */
const SETTLE_MS = 30_000
const IDLE_MS = 30_000
const READINGS = 5

export const growth: Row = {
  name: 'growth',
  title: 'One connector with more and more idle sessions',
  async run({ progress, most }) {
    const sizes = [...new Set(STEPS.map((part) => Math.max(1, Math.round(part * most))))]
    await using fleet = await openFleet(sizes[0]!, progress)
    const growth: Size[] = []
    for (const size of sizes) {
      await fleet.growTo(size)
      progress(`${size} sessions`)
      growth.push(await measure(fleet))
    }
    return {
      figures: [
        ...figuresOf(growth, 'resident memory', 'MB', ({ memoryMb }) => memoryMb),
        ...figuresOf(growth, 'processor time while idle', 'ms a second', ({ idleCpu }) => idleCpu),
        ...figuresOf(growth, 'from the start until all are connected', 's', ({ seconds }) => seconds),
        ...furtherSession(growth),
      ],
      notes: [
        `At each size a fresh process that connected these sessions and then stood idle for ${SETTLE_MS / 1000} s; then the median of ${READINGS} readings of VmRSS over ${IDLE_MS / 1000} s, and the processor time of all its threads in that time. Node flags: \`${CONNECTOR_FLAGS.join(' ')}\`.`,
        'Idle means that nobody writes. Every line is asked for a sign of life every ten seconds, the leases are looked at twice a second, and commands are waited for.',
      ],
      growth,
    }
  },
}

async function measure(fleet: Fleet): Promise<Size> {
  const began = performance.now()
  await using connector = await fleet.startConnector(CONNECTOR_FLAGS)
  await fleet.allConnected()
  const seconds = (performance.now() - began) / 1000
  await pause(SETTLE_MS)
  const [cpuBefore, idleFrom] = [cpuMs(connector.pid), performance.now()]
  const readings: number[] = []
  for (let n = 0; n < READINGS; n++) {
    await pause(IDLE_MS / READINGS)
    readings.push(residentMb(connector.pid))
  }
  const idleCpu = ((cpuMs(connector.pid) - cpuBefore) / (performance.now() - idleFrom)) * 1000
  return { sessions: fleet.sessions, memoryMb: median(readings), idleCpu, seconds }
}

const figuresOf = (growth: Size[], what: string, unit: string, of: (size: Size) => number): Figure[] =>
  growth.map((size) => ({ what: `${what}, ${size.sessions} sessions`, unit, ours: of(size) }))

function furtherSession(growth: Size[]): Figure[] {
  if (growth.length < 2) return []
  const slope = (of: (size: Size) => number) =>
    lineThrough(growth.map((size) => [size.sessions, of(size)] as const)).slope
  return [
    { what: 'memory of each further session', unit: 'kB', ours: 1024 * slope(({ memoryMb }) => memoryMb) },
    {
      what: 'processor time of each further session',
      unit: 'ms a second',
      ours: slope(({ idleCpu }) => idleCpu),
    },
  ]
}
