/** How a session is shown, in the words of seed 001. */
import * as z from 'zod'
import { type Session, Settings, Status, StatusChange } from '#core/session.ts'
import { type Shown, shownStatus } from '#core/sessions/index.ts'
import type { Summary } from '#core/stats.ts'
import type { Deps } from '../deps.ts'

const time = z.iso.datetime().nullable()
const EXAMPLE_ID = '5bc99cea8975b95fe7077c64a3312145'

const basics = {
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  status: Status,
  phoneNumber: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}
const outlook = {
  lastActivity: time,
  reason: z.string().optional().meta({ description: 'Why the session is in this status' }),
  action: z
    .string()
    .optional()
    .meta({ description: 'What a person has to do, where something has to be done' }),
  messageStats: z.object({ sent: z.int(), received: z.int(), failed: z.int() }),
}

export const SessionBasics = z.object(basics).meta({ id: 'Session' })
export const SessionSummary = z.object({ ...basics, ...outlook }).meta({ id: 'SessionSummary' })
export const SessionDetails = z
  .object({
    ...basics,
    ...outlook,
    connectionInfo: z.object({
      connectedAt: time,
      clientVersion: z.string().nullable(),
      deviceModel: z.string().nullable(),
      pushName: z.string().nullable(),
      jid: z.string().nullable(),
      lid: z.string().nullable(),
    }),
    settings: z.object(Settings.shape),
    statusHistory: z.array(StatusChange).meta({ description: 'The latest changes, newest first' }),
  })
  .meta({ id: 'SessionDetails' })

export const BASICS_EXAMPLE = {
  id: EXAMPLE_ID,
  name: 'Customer Support',
  description: 'Main customer support line',
  status: 'inactive',
  phoneNumber: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}

export const shown = async ({ roster }: Pick<Deps, 'roster'>, session: Session): Promise<Shown> =>
  shownStatus(session, !session.wanted || (await roster.isHeld(session)))

export const basicsOf = (session: Session, { status }: Shown): z.infer<typeof SessionBasics> => ({
  id: session.id,
  name: session.name,
  description: session.description ?? null,
  status,
  phoneNumber: session.state.phoneNumber ?? null,
  createdAt: session.createdAt,
  updatedAt: session.updatedAt,
})

export function summaryOf(session: Session, now: Shown, stats: Summary): z.infer<typeof SessionSummary> {
  const { sent, received, failed } = stats
  return {
    ...basicsOf(session, now),
    lastActivity: lastActivityOf(session, stats),
    ...reasonsOf(now),
    messageStats: { sent, received, failed },
  }
}

export function detailsOf(
  session: Session,
  now: Shown,
  stats: Summary,
  statusHistory: StatusChange[],
): z.infer<typeof SessionDetails> {
  const { state, settings } = session
  return {
    ...summaryOf(session, now, stats),
    connectionInfo: {
      connectedAt: now.status === 'connected' ? (state.connectedAt ?? state.since) : null,
      // WhatsApp tells neither of them to a linked device.
      clientVersion: null,
      deviceModel: null,
      pushName: state.pushName ?? null,
      jid: state.jid ?? null,
      lid: state.lid ?? null,
    },
    settings,
    statusHistory,
  }
}

export const reasonsOf = ({ reason, action }: Shown) => ({
  ...(reason ? { reason } : {}),
  ...(action ? { action } : {}),
})

/** The later of what the connection and the messages tell. */
export function lastActivityOf(
  { state }: Session,
  { lastActivity }: Pick<Summary, 'lastActivity'>,
): string | null {
  const [latest = null] = [state.lastActivity, lastActivity]
    .filter((at) => at !== undefined)
    .sort()
    .reverse()
  return latest
}
