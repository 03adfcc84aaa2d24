/**
 * What a month costs, from what was counted, what AWS asks, and what is assumed: a fixed part, by the size of the
 * fleet, and one by the messages.
 */

import { MEASURES } from '#core/measures.ts'
import { JOBS } from '#core/queues.ts'
import { TABLES } from '#core/tables.ts'
import { VITALS } from '#core/vitals.ts'
import { BUDGET } from '../infra/rules/functions.ts'
import { ASSUMED } from './assumed.ts'
import { type Cost, type Counts, type Kind, requestsTo } from './counts.ts'
import { type Fleet, idleMinute } from './idle.ts'
import { HOURS, PRICES } from './prices.ts'
import { connectorsFor, type Size, shardsFor } from './size.ts'

const PARTS = ['connectors', 'database', 'storage', 'functions', 'queues', 'watching'] as const
export type Bill = Record<(typeof PARTS)[number], number>
export type Load = { sessions: number; messages: number; kind: Kind }

const DAYS = HOURS / 24
const MINUTES = HOURS * 60
/** One for each handler that is deployed. */
const FUNCTIONS = Object.keys(BUDGET).length
/** A look at a command queue lasts 20 s. */
const LOOKS_PER_MINUTE = 3

/** Half of the messages go out and half come in. */
export const billOf = ({ sessions, messages, kind }: Load, size: Size, counts: Counts): Bill =>
  plus(fixedOf(sessions, size, counts), messagesOf({ out: messages / 2, in: messages / 2 }, kind, counts))

export const totalOf = (bill: Bill): number => PARTS.reduce((sum, part) => sum + bill[part], 0)

export function fixedOf(sessions: number, size: Size, counts: Counts): Bill {
  const fleet = { sessions, connectors: connectorsFor(sessions, size), shards: shardsFor(sessions, size) }
  const { connectors, shards } = fleet
  const idle = idleMinute(fleet, counts)
  const { vcpuHour, gbHour, addressHour } = PRICES
  const hour = size.vcpu * vcpuHour.usd + size.gb * gbHour.usd + addressHour.usd
  return {
    connectors: connectors * HOURS * hour + gb(sessions * DAYS * ASSUMED.sentSessionDay) * PRICES.outGb.usd,
    database: units(idle, MINUTES),
    storage: gb(sessions * counts.stored.device) * PRICES.storedGb.usd,
    functions: MINUTES * ASSUMED.jobsPerMinute * (run(ASSUMED.jobMs, ASSUMED.jobGb) + PRICES.schedule.usd),
    queues:
      LOOKS_PER_MINUTE * shards * MINUTES * PRICES.fifoRequest.usd +
      ASSUMED.looksPerMinute * JOBS.length * MINUTES * PRICES.queueRequest.usd,
    watching:
      (Object.keys(VITALS).length + Object.keys(MEASURES).length) * PRICES.metric.usd +
      watchedMetrics(fleet) * PRICES.alarm.usd +
      PRICES.dashboard.usd +
      gb(connectors * DAYS * ASSUMED.loggedConnectorDay) * PRICES.loggedGb.usd,
  }
}

export function messagesOf(amount: { out: number; in: number }, kind: Kind, counts: Counts): Bill {
  const messages = amount.out + amount.in
  const sum = (of: (cost: Cost) => number) =>
    amount.out * of(counts.kinds[kind].out) + amount.in * of(counts.kinds[kind].in)
  const batches = sum(({ by }) => by['DeleteMessageBatch events'] ?? 0)
  return {
    connectors: gb(messages * ASSUMED.sentMessage) * PRICES.outGb.usd,
    database: units({ writeUnits: sum((one) => one.writeUnits), readUnits: sum((one) => one.readUnits) }),
    storage: gb((messages / DAYS) * keptBytesDays(kind, counts)) * PRICES.storedGb.usd,
    functions:
      amount.out * (PRICES.httpRequest.usd + run(ASSUMED.apiMs, 1)) + batches * run(ASSUMED.consumerMs, 0.5),
    queues:
      sum((one) => requestsTo(one, 'commands')) * PRICES.fifoRequest.usd +
      sum((one) => requestsTo(one, 'events') + requestsTo(one, 'orders')) * PRICES.queueRequest.usd,
    watching: gb(amount.out * ASSUMED.loggedRequest + batches * ASSUMED.loggedBatch) * PRICES.loggedGb.usd,
  }
}

/** A request to the API each, answered by a function of its own; stored in a conversation only. */
export function webhooksOf(amount: number, kind: keyof Counts['webhooks'], counts: Counts): Bill {
  const { stored, webhooks } = counts
  const { textBytes, messagesKeptDays, eventsKeptDays } = ASSUMED
  const { writeUnits, readUnits } = webhooks[kind]
  const bytesDays =
    (stored.conversation + textBytes) * messagesKeptDays +
    (stored.eventsOfConversation + textBytes) * eventsKeptDays
  return {
    connectors: gb(amount * ASSUMED.answerBytes) * PRICES.outGb.usd,
    database: units({ writeUnits, readUnits }, amount),
    storage: gb((amount / DAYS) * bytesDays) * PRICES.storedGb.usd,
    functions: amount * (PRICES.httpRequest.usd + run(ASSUMED.apiMs, 1)),
    queues: 0,
    watching: gb(amount * ASSUMED.loggedRequest) * PRICES.loggedGb.usd,
  }
}

/** Metrics that alarms look at: two of each queue, function and table, and those of the fleet. */
export const watchedMetrics = ({ shards }: Pick<Fleet, 'shards'>): number =>
  2 * (shards + JOBS.length + FUNCTIONS + Object.keys(TABLES).length) + ASSUMED.alarmsOfFleet

/** Bytes times the days for which they lie there. The text stands in the message, in its copy, and in the event. */
function keptBytesDays(kind: Kind, { stored }: Counts): number {
  const isTold = kind.startsWith('told')
  const { textBytes, messagesKeptDays, eventsKeptDays } = ASSUMED
  const message = stored.message + 2 * textBytes + (isTold ? stored.conversation + textBytes : 0)
  const events = stored.events + textBytes + (isTold ? stored.eventsOfConversation + textBytes : 0)
  return message * messagesKeptDays + events * eventsKeptDays
}

const plus = (one: Bill, other: Bill): Bill => {
  const sum = { ...one }
  for (const part of PARTS) sum[part] += other[part]
  return sum
}
const units = ({ writeUnits, readUnits }: { writeUnits: number; readUnits: number }, times = 1): number =>
  times * (writeUnits * PRICES.writeUnit.usd + readUnits * PRICES.readUnit.usd)
const run = (ms: number, memory: number): number =>
  PRICES.invocation.usd + (ms / 1_000) * memory * PRICES.gbSecond.usd
const gb = (bytes: number): number => bytes / 1e9
