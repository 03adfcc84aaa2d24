/**
 * What travels in the queues of webhooks: that there is news in a log, and that an endpoint has something to do. Both
 * are nudges, because everything stands in the log; only volatile events, which are told and not stored, travel whole.
 * `v` changes only when an old reader could misread a new job.
 */
import * as z from 'zod'
import { Told } from './envelope.ts'

export const Stream = z.object({
  accountId: z.string(),
  /** The log: the id of a session, or the name of another one. */
  stream: z.string(),
  /** What kinds of events it is about. */
  types: z.array(z.string()),
})
export type Stream = z.infer<typeof Stream>

export const News = z.object({
  v: z.literal(1),
  streams: z.array(Stream),
  volatile: z.array(Told).default([]),
})
export type News = z.infer<typeof News>

export const DrainJob = z.object({
  v: z.literal(1),
  endpoint: z.object({ pk: z.string(), sk: z.string() }),
  /** Posted on the way, without waiting for a turn, and never again. */
  volatile: z.array(Told).default([]),
  /** False when there is nothing else. */
  isNews: z.boolean().default(true),
})
export type DrainJob = z.infer<typeof DrainJob>
