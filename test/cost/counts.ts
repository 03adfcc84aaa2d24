/**
 * What was counted: how often a message, and a minute in which nothing happens, asks DynamoDB and SQS for something,
 * which units that took, and how many bytes it left behind.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Cost = z.object({
  writeUnits: z.number(),
  readUnits: z.number(),
  /** Calls by what they do, such as `SendMessageBatch commands`. */
  by: z.record(z.string(), z.number()),
  /** Write units by the calls that took them. */
  writes: z.record(z.string(), z.number()),
})
export type Cost = z.infer<typeof Cost>

const Way = z.object({ out: Cost, in: Cost })
export const Counts = z.object({
  date: z.iso.datetime(),
  /** How many shards the minute of idleness was counted with; the connector was one. */
  shards: z.int(),
  idle: Cost,
  kinds: z.record(z.enum(['alone', 'spread', 'told alone', 'told busy']), Way),
  /** A webhook of Twilio, of somebody whom the hook knows. */
  webhooks: z.record(z.enum(['alone', 'busy']), Cost),
  /** Bytes that are billed, copies in indexes included: per message, and per session what its device keeps. */
  stored: z.object({
    message: z.number(),
    events: z.number(),
    conversation: z.number(),
    eventsOfConversation: z.number(),
    device: z.number(),
  }),
})
export type Counts = z.infer<typeof Counts>
export type Kind = keyof Counts['kinds']

export const COUNTS_FILE = join(import.meta.dirname, 'counts.json')
export const readCounts = (): Counts => Counts.parse(JSON.parse(readFileSync(COUNTS_FILE, 'utf8')))

/** Calls whose name has all of these in it. */
export const callsOf = ({ by }: Pick<Cost, 'by'>, ...parts: string[]): number =>
  sumOf(by, (name) => parts.every((part) => name.includes(part)))

/** Requests to the queues of a kind: a call is one, however many messages are in it. */
export const requestsTo = ({ by }: Pick<Cost, 'by'>, queue: string): number =>
  sumOf(by, (name) => name.includes('Message') && name.split(' ')[1] === queue)

export const databaseCalls = ({ by }: Pick<Cost, 'by'>): number =>
  sumOf(by, (name) => /Item|Query/.test(name))
export const queueCalls = ({ by }: Pick<Cost, 'by'>): number =>
  sumOf(by, (name) => /^(Send|Receive|Delete|Change)Message/.test(name))

const sumOf = (by: Record<string, number>, counts: (name: string) => boolean): number =>
  Object.entries(by)
    .filter(([name]) => counts(name))
    .reduce((total, [, count]) => total + count, 0)
