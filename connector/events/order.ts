/**
 * Keeps the event log of a session in the order of its ids, so that a reader who asks for what comes after an event
 * misses nothing. Rows of a device have their ids from the moment they were received; an event of our own gets its id
 * only when every row before it is stored, and no later row is stored until it is.
 */
import type { Event } from '#core/contract/event.ts'
import type { Device } from '../socket/index.ts'
import { within } from '../within.ts'
import type { Appender } from './appender.ts'

/** An event that has no place in the log yet. */
export type Draft = Event extends infer E ? (E extends Event ? Omit<E, 'id'> : never) : never

/** Runs work at a moment at which a new event may take its place in the session's log. */
export type InOrder = <T>(work: () => Promise<T>) => Promise<T>

/** How long one look waits for rows, in ms, and after how many looks a flood of rows is waited for no more. */
const LOOK_MS = 500
const LOOKS = 4

export function inOrder(
  appender: Pick<Appender, 'exclusively'>,
  sessionId: string,
  device: () => Pick<Device, 'flush' | 'stats'> | undefined,
): InOrder {
  const hasRows = () => (device()?.stats.undelivered ?? 0) > 0
  /** What keeps a device from storing its rows is told by the device itself, and must not silence us. */
  const settled = async () => {
    if (hasRows())
      await within(LOOK_MS, device()?.flush() ?? Promise.resolve(), 'rows on their way').catch(() => {})
  }
  return async (work) => {
    for (let look = 1; ; look++) {
      await settled()
      const done = await appender.exclusively(sessionId, async () =>
        look < LOOKS && hasRows() ? undefined : { result: await work() },
      )
      if (done) return done.result
    }
  }
}
