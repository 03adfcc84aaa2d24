/** What deliveries work with. All of it comes in from outside, so that tests own time, chance and the network. */

import type { Key, Store } from '../platform/dynamo.ts'
import type { Notes } from '../platform/notes.ts'
import type { Outbound } from '../platform/outbound.ts'
import type { Retention } from '../retention.ts'
import type { DrainJob, Stream } from './job.ts'
import type { Shared } from './shared.ts'
import type { Vault } from './vault.ts'

export type Desk = {
  store: Store
  retention: Retention
  outbound: Pick<Outbound, 'post'>
  vault: Vault
  /** What drains of one process read once. */
  shared: Shared
  log: Notes
  /** ULIDs that rise with every call. */
  newEventId(): string
  /** From 0 to 1. */
  random(): number
  /** How long a drain has its endpoint to itself, in ms; for a third of it it takes new work, requests need the rest. */
  leaseMs: number
  /** Asks for a drain of an endpoint, now or after so many ms (15 minutes at most). */
  wake(endpoint: Key, afterMs?: number): Promise<void>
  /** Says that a log has news. */
  tell(stream: Stream): Promise<void>
}

export const LIMITS = {
  /** Requests to one endpoint at a time. */
  width: 32,
  /** Events of one log in one look, and logs in one look. */
  page: 100,
  /** New ones, which nothing is read for beside them. */
  fresh: 200,
  streams: 10,
  /** Events that are set aside; beyond it the log waits. */
  aside: 300,
  /** Failures in a row after which an endpoint counts as down. */
  failures: 5,
  /** Attempts for which an event holds up its chat. */
  holds: 3,
  /** How long an endpoint may fail before it is given up, in ms. */
  givenUpAfter: 4 * 24 * 60 * 60 * 1_000,
  /** What is left to a queue to hold back, in ms; what lies later is found by the sweep. */
  longestWake: 5 * 60 * 1_000,
} as const

export type { DrainJob }
