/** How a session is shown, in the words of seed 001. */
import * as z from 'zod'
import { HistoryState } from '#core/history.ts'
import { ShownProxy, shownProxy } from '#core/proxy.ts'
import { Restriction } from '#core/restriction.ts'
import { type Session, Status, StatusChange } from '#core/session.ts'
import { type Shown, shownStatus } from '#core/sessions/index.ts'
import { Performance } from '#core/sessions/performance.ts'
import { StoredSettings } from '#core/settings.ts'
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
  restriction: Restriction.optional().meta({
    description: 'While WhatsApp keeps the account from writing to people who do not know it',
  }),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'The setting `metadata`: names and values of your own' }),
  messageStats: z.object({ sent: z.int(), received: z.int(), failed: z.int() }),
  messageQueue: z.int().meta({
    description:
      'Accepted messages that WhatsApp has not taken, a few seconds ago; without those whose time has not come',
  }),
}

export const Me = z
  .object({
    id: z.string().meta({ description: 'Its jid, without the number of the device' }),
    phoneNumber: z.string(),
    lid: z.string().nullable(),
    pushName: z.string().nullable(),
  })
  .meta({ id: 'Me' })

export const SessionBasics = z.object(basics).meta({ id: 'Session' })
export const SessionSummary = z.object({ ...basics, ...outlook }).meta({ id: 'SessionSummary' })
export const SessionDetails = z
  .object({
    ...basics,
    ...outlook,
    connectionInfo: z.object({
      connectedAt: time,
      clientVersion: z
        .string()
        .nullable()
        .meta({ description: 'The version of WhatsApp Web that the connection speaks' }),
      deviceModel: z
        .string()
        .nullable()
        .meta({ description: 'The kind of the phone, as far as WhatsApp tells a linked device' }),
      pushName: z.string().nullable(),
      jid: z.string().nullable(),
      lid: z.string().nullable(),
    }),
    history: HistoryState.optional().meta({
      description:
        'How far the history that the phone has offered is taken over; absent before the first part',
    }),
    me: Me.nullable().meta({ description: 'Whom it speaks for; null while it is not linked' }),
    performance: Performance,
    settings: StoredSettings.extend({ proxy: ShownProxy.optional() }),
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

export function summaryOf(
  session: Session,
  now: Shown,
  stats: Summary,
  messageQueue: number,
): z.infer<typeof SessionSummary> {
  const { sent, received, failed } = stats
  const { metadata } = session.settings
  return {
    ...basicsOf(session, now),
    lastActivity: lastActivityOf(session, stats),
    ...reasonsOf(now),
    ...restrictionOf(session),
    ...(metadata ? { metadata } : {}),
    messageStats: { sent, received, failed },
    messageQueue,
  }
}

export function detailsOf(
  session: Session,
  now: Shown,
  stats: Summary,
  more: { messageQueue: number; performance: Performance; statusHistory: StatusChange[] },
): z.infer<typeof SessionDetails> {
  const { state, settings } = session
  return {
    ...summaryOf(session, now, stats, more.messageQueue),
    connectionInfo: {
      connectedAt: now.status === 'connected' ? (state.connectedAt ?? state.since) : null,
      clientVersion: state.clientVersion ?? null,
      deviceModel: modelOf(state.platform),
      pushName: state.pushName ?? null,
      jid: state.jid ?? null,
      lid: state.lid ?? null,
    },
    ...(state.history ? { history: state.history } : {}),
    me: meOf(session),
    settings: { ...settings, proxy: settings.proxy && shownProxy(settings.proxy) },
    ...more,
  }
}

/** Without the number of the device: who it is for everybody else. */
export function meOf({ state }: Session): z.infer<typeof Me> | null {
  const { linked, jid, lid, phoneNumber, pushName } = state
  if (!linked || !jid || !phoneNumber) return null
  const ofPerson = (one: string) => one.replace(/:\d+@/, '@')
  return { id: ofPerson(jid), phoneNumber, lid: lid ? ofPerson(lid) : null, pushName: pushName ?? null }
}

/** By WhatsApp's name for the kind of phone, which it tells when a device is linked. */
const MODELS: Record<string, string> = {
  iphone: 'iPhone',
  android: 'Android',
  smbi: 'iPhone (WhatsApp Business)',
  smba: 'Android (WhatsApp Business)',
}
const modelOf = (platform: string | undefined): string | null =>
  platform === undefined ? null : (MODELS[platform] ?? platform)

export const restrictionOf = ({ state: { restriction } }: Session) => (restriction ? { restriction } : {})

export const reasonsOf = ({ reason, action }: Shown) => ({
  ...(reason ? { reason } : {}),
  ...(action ? { action } : {}),
})

/** When it connected last, or the latest that its messages tell: the later of both. */
export function lastActivityOf(
  { state }: Session,
  { lastActivity }: Pick<Summary, 'lastActivity'>,
): string | null {
  const [latest = null] = [state.lastActivity, state.connectedAt, lastActivity]
    .filter((at) => at !== undefined)
    .sort()
    .reverse()
  return latest
}
