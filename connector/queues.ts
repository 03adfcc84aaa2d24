/** What the fleet is told of messages that wait here: the longest queues, as many as a heartbeat carries. */
import { QUEUES_TOLD } from '#core/lease.ts'

export function queuesOf(sessions: Iterable<{ id: string; waiting: number }>): Record<string, number> {
  const queues: [string, number][] = []
  for (const { id, waiting } of sessions) if (waiting > 0) queues.push([id, waiting])
  return Object.fromEntries(queues.sort(([, one], [, other]) => other - one).slice(0, QUEUES_TOLD))
}
