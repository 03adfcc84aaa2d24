/**
 * Every number that a connector says of itself, once a minute (see connector/measures.ts). Those of the fleet as a whole
 * are in vitals.ts. The stacks name them from here, so that nothing waits for a number that nobody writes.
 */
import type { Status } from './session.ts'

/** Its sessions, by what they are shown as. */
export const SESSIONS_BY_STATUS = {
  connected: 'SessionsConnected',
  connecting: 'SessionsConnecting',
  qr_generated: 'SessionsPairing',
  disconnected: 'SessionsDisconnected',
  inactive: 'SessionsInactive',
} as const satisfies Record<Status, string>

export const MEASURES = {
  ...SESSIONS_BY_STATUS,
  /** Shards that came from another connector, or from the process before, and how long their sessions were away (ms). */
  handovers: 'Handovers',
  handoverTime: 'HandoverTime',
  /** Connections to WhatsApp that ended and are tried again. */
  reconnects: 'Reconnects',
  /** Frames that wait for what stands behind them to be durable. */
  gateDepth: 'GateDepth',
  /** How long a commit of device state took (ms). */
  commitLatency: 'CommitLatency',
  /** How long a command was under way, from the API to a connector (ms). */
  queueAge: 'QueueAge',
} as const
