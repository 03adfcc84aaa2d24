/** What a client may say on a live connection, checked. The words themselves are in core/live/frames.ts. */
import * as z from 'zod'
import { CampaignId } from '#core/campaign/place.ts'
import { EventFilter } from '#core/events/filter.ts'
import { Cursor } from '#core/live/cursor.ts'
import { SUBSCRIPTIONS } from '#core/live/subscription.ts'
import { Fault } from '#core/platform/fault.ts'

const sessionId = z.string().regex(/^[0-9a-f]{32}$/, 'must be the id of a session')
const sessions = z.union([z.literal('*'), z.array(sessionId).min(1).max(SUBSCRIPTIONS)])
const campaigns = z.array(CampaignId).min(1).max(100)
const namesSomething = (frame: { sessions?: unknown; campaigns?: unknown }): boolean =>
  frame.sessions !== undefined || frame.campaigns !== undefined
const NAMELESS = 'must name sessions or campaigns'
/** Comes back with the answer. */
const id = z.string().max(64).optional()

const ClientFrame = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('subscribe'),
      id,
      sessions: sessions.optional(),
      campaigns: campaigns.optional(),
      events: EventFilter.optional(),
      after: z.record(sessionId, Cursor).optional(),
    })
    .refine(namesSomething, NAMELESS),
  z
    .strictObject({
      type: z.literal('unsubscribe'),
      id,
      sessions: sessions.optional(),
      campaigns: campaigns.optional(),
    })
    .refine(namesSomething, NAMELESS),
  z.strictObject({ type: z.literal('ping'), id }),
])
export type ClientFrame = z.infer<typeof ClientFrame>

/** @throws Fault MALFORMED_JSON, VALIDATION_ERROR; values are not repeated */
export function readFrame(text: string): ClientFrame {
  const read = ClientFrame.safeParse(json(text))
  if (read.success) return read.data
  const issues = read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  throw new Fault('VALIDATION_ERROR', `The frame is not valid. ${issues[0]?.message ?? ''}`.trim(), {
    details: { issues },
  })
}

/** What the sender called a frame, as far as it can be read. */
export function idOf(text: string): string | undefined {
  const read = z.looseObject({ id: z.string().max(64) }).safeParse(quietly(text))
  return read.data?.id
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Fault('MALFORMED_JSON', 'The frame is not valid JSON.', { cause })
  }
}

function quietly(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever checks the frame says so.
    return undefined
  }
}
