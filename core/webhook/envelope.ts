/**
 * What a receiver gets: one form for every event, made from the event as the log has it. Names of what is inside are
 * those of the REST API.
 */
import * as z from 'zod'
import { sessionPartition } from '../partition.ts'
import type { Store } from '../platform/dynamo.ts'
import { HISTORY_PREFIX } from '../projection/index.ts'
import { StatusChange } from '../session.ts'

/** An event of whatever type, also of one that a newer version wrote. */
export const Told = z.object({
  id: z.string(),
  type: z.string(),
  /** Whose log it stands in. */
  sessionId: z.string(),
  accountId: z.string(),
  /** Its session keeps what is said sealed. */
  encrypted: z.literal(true).optional(),
  timestamp: z.iso.datetime(),
  payload: z.record(z.string(), z.unknown()),
})
export type Told = z.infer<typeof Told>

/** What is said of the session beside the event. */
export type About = {
  name: string
  phoneNumber?: string | undefined
  /** What its owner has noted about it. */
  metadata?: Record<string, string> | undefined
}

/** Changes of a status that are told with the newest. */
const STATUSES = 10

/** A log that is no session's has a name with a colon: `twilio:<account>`, `account:<account>`. */
export const isSession = (stream: string): boolean => !stream.includes(':') && stream !== 'connectors'
export const accountStream = (accountId: string): string => `account:${accountId}`

export function envelopeOf(event: Told, about: About | undefined, statuses?: StatusChange[]): string {
  const { id, type, sessionId, timestamp, payload } = event
  return JSON.stringify({
    id,
    event: type,
    sessionId: isSession(sessionId) ? sessionId : null,
    session: about?.name ?? null,
    phoneNumber: payload.phoneNumber ?? about?.phoneNumber ?? null,
    timestamp,
    ...(about?.metadata ? { metadata: inOrder(about.metadata) } : {}),
    payload: inOrder(statuses ? { ...payload, statuses: statuses.map(statusView) } : payload),
  })
}

/** The database gives fields in any order; what is sent again is to be the same to the letter. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(fields.map(([name, content]) => [name, inOrder(content)]))
}

/** The statuses that led to the one that is told, the oldest first. */
export async function statusesUntil(store: Store, { sessionId, id }: Told): Promise<StatusChange[]> {
  const { items } = await store.query('main', StatusChange, sessionPartition(sessionId), {
    from: HISTORY_PREFIX,
    to: `${HISTORY_PREFIX}${id}`,
    newestFirst: true,
    limit: STATUSES,
  })
  return items.reverse()
}

const statusView = ({ status, at, reason }: StatusChange) => ({
  status,
  timestamp: at,
  ...(reason ? { reason } : {}),
})

/** What keeps its order: the events of one chat, of one conversation, or of the session itself. */
export function laneOf({ sessionId, payload }: Pick<Told, 'sessionId' | 'payload'>): string {
  const { message, conversation, chatId } = payload as {
    message?: { chatId?: unknown }
    conversation?: { id?: unknown }
    chatId?: unknown
  }
  const chat = message?.chatId ?? chatId ?? conversation?.id
  return `${sessionId} ${typeof chat === 'string' ? chat : ''}`
}
