/**
 * What is told of connectors: who came, who left, who was lost, and which sessions moved. It belongs to the installation
 * and to no account, so it stands in a log of its own and is told to its operators alone.
 */
import * as z from 'zod'
import { base } from './event-base.ts'

/** The log of the fleet of connectors, beside those of sessions. It belongs to no account. */
export const FLEET_LOG = { sessionId: 'connectors', accountId: '' }

/**
 * Why a shard, with its sessions, has another owner: `drain` its connector left, `rebalance` it had more than its share,
 * `failover` it died, `restart` it was started again under its id, `recovery` it had let go because it could not reach the
 * database, and has it again.
 */
export const HandoverReason = z.enum(['drain', 'rebalance', 'failover', 'restart', 'recovery'])
export type HandoverReason = z.infer<typeof HandoverReason>

export const HandoverFacts = z.object({
  shard: z.int(),
  epoch: z.int(),
  /** Ids of connectors. */
  from: z.string(),
  to: z.string(),
  reason: HandoverReason,
  /** Linked sessions that moved, and how long they were without a connection, in ms. */
  sessions: z.int(),
  durationMs: z.int(),
  /** False when some were not connected after a minute, or the shard moved on before they were. */
  complete: z.boolean(),
})
export type HandoverFacts = z.infer<typeof HandoverFacts>

export const FLEET_EVENTS = [
  z.object({
    ...base,
    type: z.literal('connector.joined'),
    payload: z.object({ connectorId: z.string(), startedAt: z.iso.datetime() }),
  }),
  /** In good order: its sessions were handed on first. */
  z.object({
    ...base,
    type: z.literal('connector.left'),
    payload: z.object({ connectorId: z.string(), startedAt: z.iso.datetime() }),
  }),
  /** It gave no sign of life until its leases had lapsed; others take its sessions. */
  z.object({
    ...base,
    type: z.literal('connector.lost'),
    payload: z.object({
      connectorId: z.string(),
      startedAt: z.iso.datetime(),
      lastBeatAt: z.iso.datetime(),
      /** How many it held. */
      sessions: z.int(),
    }),
  }),
  z.object({ ...base, type: z.literal('connector.handover'), payload: HandoverFacts }),
] as const
export type FleetEvent = z.infer<(typeof FLEET_EVENTS)[number]>
