/**
 * How this connector is, in numbers for CloudWatch. What happens is counted from one telling to the next; what is, is
 * looked at when it is told. Where nobody collects, `tell` writes nothing.
 */
import { MEASURES, SESSIONS_BY_STATUS } from '#core/measures.ts'
import type { Metrics, Values } from '#core/platform/metrics.ts'
import type { Status } from '#core/session.ts'
import type { Stats } from './socket/index.ts'
import { type Phase, statusOf } from './supervisor/phase.ts'

export type Measured = {
  phase: Phase
  device: { stats: Pick<Stats, 'commits' | 'commitLatency' | 'heldFrames'> } | undefined
}

/** What one metric takes in one line. */
const MOST_VALUES = 100

export class Measures {
  readonly #tell: Metrics
  readonly #sessions: () => Iterable<Measured>
  readonly #commitsBefore = new WeakMap<object, number>()
  #handovers: number[] = []
  #queueAges: number[] = []
  #reconnects = 0

  /** @param sessions those that are here now */
  constructor(tell: Metrics, sessions: () => Iterable<Measured>) {
    this.#tell = tell
    this.#sessions = sessions
  }

  handedOver(durationMs: number): void {
    this.#handovers.push(durationMs)
  }

  reconnected(): void {
    this.#reconnects++
  }

  commandTaken(ageMs: number): void {
    this.#queueAges.push(ageMs)
  }

  tell(): void {
    const sessions = [...this.#sessions()]
    const devices = sessions.flatMap(({ device }) => device ?? [])
    this.#tell({
      ...byStatus(sessions),
      [MEASURES.handovers]: count(this.#handovers.length),
      [MEASURES.reconnects]: count(this.#reconnects),
      [MEASURES.gateDepth]: count(devices.reduce((sum, { stats }) => sum + stats.heldFrames, 0)),
      ...times(MEASURES.handoverTime, this.#handovers),
      ...times(MEASURES.commitLatency, this.#latenciesOf(devices)),
      ...times(MEASURES.queueAge, this.#queueAges),
    })
    this.#handovers = []
    this.#queueAges = []
    this.#reconnects = 0
  }

  /** The last commit of each device that has made one since. */
  #latenciesOf(devices: NonNullable<Measured['device']>[]): number[] {
    return devices.flatMap((device) => {
      const { commits, commitLatency } = device.stats
      const before = this.#commitsBefore.get(device) ?? 0
      this.#commitsBefore.set(device, commits)
      return commits > before ? [commitLatency] : []
    })
  }
}

function byStatus(sessions: Measured[]): Values {
  const counts = Object.fromEntries(Object.keys(SESSIONS_BY_STATUS).map((status) => [status, 0]))
  for (const { phase } of sessions) counts[statusOf(phase)]!++
  return Object.fromEntries(
    Object.entries(counts).map(([status, value]) => [SESSIONS_BY_STATUS[status as Status], count(value)]),
  )
}

const count = (value: number) => ({ value, unit: 'Count' as const })

/** Nothing when there are none; of too many, some that are spread as all of them are, with the longest among them. */
function times(name: string, values: number[]): Values {
  if (values.length === 0) return {}
  const sorted = values.toSorted((a, b) => b - a)
  const step = Math.ceil(sorted.length / MOST_VALUES)
  const value = sorted.filter((_, index) => index % step === 0).map(Math.round)
  return { [name]: { value, unit: 'Milliseconds' } }
}
