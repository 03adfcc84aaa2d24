/**
 * Every period that the connector lives by, in milliseconds, in one place. The defaults keep a failover under eight
 * seconds and notice a dead line within fifteen; tests and operators may change each by its name in the environment.
 */
import * as z from 'zod'

const ms = (fallback: number) => z.coerce.number().int().positive().default(fallback)

export const Timing = z.object({
  /** How often a connector says that it lives, and for how long that holds. */
  HEARTBEAT_MS: ms(2_000),
  LEASE_TTL_MS: ms(6_000),
  /** Sockets are stopped so long before the lease could be taken. */
  FENCE_MARGIN_MS: ms(1_500),
  /** How often the leases are looked at; a planned handover takes at most that long to be noticed. */
  LEASE_LOOK_MS: ms(500),
  /** A lost nudge is made good after so long. */
  INTENT_POLL_MS: ms(3_000),
  /** A message that was accepted so long ago and is in no outbox is taken from the ledger: the queue has lost it. */
  OVERLOOKED_AFTER_MS: ms(3_000),
  /** How long one look at a command queue may wait for something to come, in seconds. */
  COMMAND_WAIT_SECONDS: z.coerce.number().int().min(0).max(20).default(20),
  /** All sessions of a shard are compared with what runs. */
  RECONCILE_MS: ms(120_000),
  /** A connection that was silent for so long is asked for a sign of life, and given up when none comes in time. */
  PROBE_AFTER_MS: ms(10_000),
  PROBE_TIMEOUT_MS: ms(4_000),
  /** Baileys' own pings, behind the probe. */
  KEEP_ALIVE_MS: ms(60_000),
  /** From the attempt to the first QR or the open connection. */
  CONNECT_TIMEOUT_MS: ms(20_000),
  /** A connection that held for so long ends a row of attempts. */
  STABLE_AFTER_MS: ms(30_000),
  /** The longest pause between two attempts. */
  BACKOFF_CAP_MS: ms(300_000),
  /** How long each QR lives; WhatsApp's own rhythm when absent. */
  QR_TIMEOUT_MS: z.coerce.number().int().positive().optional(),
  /** Connections that are being opened at the same time. */
  PARALLEL_LOGINS: ms(16),
  /** A message that WhatsApp has not taken after so long is shown as queued. */
  QUEUED_AFTER_MS: ms(1_000),
  /** A commit that takes longer makes the store the reason that is shown. */
  STORE_SLOW_MS: ms(2_000),
  /** An account whose restriction has no known end is asked about after so long, at first. */
  RESTRICTION_LOOK_MS: ms(60_000),
  /** How often the connector says how it is, in numbers. */
  METRICS_MS: ms(60_000),
  /** SIGTERM: what has not ended by then is left to the next owner. */
  DRAIN_MS: ms(4_000),
})
export type Timing = z.infer<typeof Timing>

/** Monotonic milliseconds: they go on while a process is paused, and never step back. */
export const monotonic = (): number => performance.now()
