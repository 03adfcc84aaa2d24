/** How long a handover took: until every session of the shard that can be connected is, or has said why not. */
import type { HandoverFacts } from '#core/contract/fleet.ts'
import type { Clock } from '#core/platform/clock.ts'
import type { Origin } from '../leases/origin.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

const LOOK_MS = 25
/** What is not connected by then has a trouble of its own. */
const PATIENCE_MS = 60_000
const SETTLED = ['open', 'halted', 'gone']

export type Taken = {
  shard: number
  epoch: number
  origin: Origin
  supervisors(): Iterable<Pick<Supervisor, 'session' | 'phase'>>
  /** The shard is not ours any more. */
  isOver(): boolean
  now: Clock
}

/** Resolves when it is through, or when the shard has moved on before it was. */
export async function handoverFacts(taken: Taken): Promise<Omit<HandoverFacts, 'to'>> {
  const { shard, epoch, origin, now } = taken
  const began = now()
  const linked = () =>
    [...taken.supervisors()].filter(({ session }) => session.wanted && session.state.linked)
  const isSettled = () => linked().every(({ phase }) => SETTLED.includes(phase))
  let sessions = linked().length
  while (!taken.isOver() && !isSettled() && now() - began < PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref())
    if (!taken.isOver()) sessions = linked().length
  }
  const { reason, from, since } = origin
  const durationMs = Math.max(0, now() - since)
  return { shard, epoch, from, reason, sessions, durationMs, complete: !taken.isOver() && isSettled() }
}
