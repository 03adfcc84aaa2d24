/**
 * What the API asks of a session. An intent is stored before the connector is nudged; the connector looks for stored
 * intents by itself every few seconds, so a lost nudge costs seconds and never the intent.
 */
import type { Domain } from '../domain.ts'
import { iso } from '../platform/clock.ts'
import type { Store } from '../platform/dynamo.ts'
import { type Update, updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { type Intent, isPending, type Session, sessionKey } from '../session.ts'
import { find, intentPlace, shardPartition } from './find.ts'

export type Action = Intent['action']

const WANTED: Partial<Record<Action, boolean>> = {
  start: true,
  restart: true,
  stop: false,
  logout: false,
  delete: false,
}
const ATTEMPTS = 10

/**
 * Stores what should be and nudges the connector. Starting what is started, or stopping what is stopped, asks nothing.
 * @returns the session as it stands then
 * @throws Fault SESSION_NOT_FOUND when it was deleted meanwhile, SESSION_BUSY when it changes too fast
 */
export async function intend(
  domain: Pick<Domain, 'store' | 'commands' | 'log'>,
  session: Session,
  action: Exclude<Action, 'delete'>,
): Promise<Session> {
  const { store } = domain
  let seen = session
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (isAsked(seen, action)) return seen
    const { next, update } = intentOn(seen, action, store.now())
    if (await store.update('main', sessionKey(seen.id), update.build())) {
      await nudge(domain, next)
      return next
    }
    seen = await living(store, seen.id)
  }
  throw sessionBusy()
}

/** The session with a new intent, and the update that makes it so, provided that nobody else changed it. */
export function intentOn(session: Session, action: Action, now: number): { next: Session; update: Update } {
  const intent: Intent = {
    n: (session.intent?.n ?? 0) + 1,
    action,
    at: iso(now),
    ...(isUnlinking(session) ? { unlinkFirst: true } : {}),
  }
  const wanted = WANTED[action] ?? session.wanted
  const update = updating()
    .set('intent', intent)
    .set('wanted', wanted)
    .set('updatedAt', intent.at)
    .set('shardPk', shardPartition(session.shard))
    .set('shardSk', intentPlace(session.id))
    .whereExists('pk')
    .whereAbsent('deletedAt')
  return { next: { ...session, intent, wanted, updatedAt: intent.at }, update: sameIntent(update, session) }
}

/** Holds only while nobody has asked for anything since this session was read. */
export const sameIntent = (update: Update, { intent }: Session): Update =>
  intent
    ? update.where(`${update.name('intent.n')} = ${update.value(intent.n)}`)
    : update.whereAbsent('intent')

/** Tells the connector to look at the session's intent. Never fails: the intent is stored, so it is found anyway. */
export async function nudge(
  { commands, log }: Pick<Domain, 'commands' | 'log'>,
  { id, accountId, shard, intent }: Session,
  again = '',
): Promise<void> {
  try {
    const command = `intent-${id}-${intent?.n}${again}`
    await commands.send({ accountId, sessionId: id, shard }, { type: 'session.intent' }, command)
  } catch (err) {
    log.warn({ err, sessionId: id }, 'the connector could not be nudged; it finds the intent by itself')
  }
}

/** @throws Fault SESSION_NOT_FOUND */
export async function living(store: Store, id: string): Promise<Session> {
  const session = await find(store, id)
  if (!session || session.deletedAt) throw sessionNotFound()
  return session
}

export const sessionNotFound = () => new Fault('SESSION_NOT_FOUND', 'Session not found')
export const sessionBusy = () =>
  new Fault('SESSION_BUSY', 'The session is being changed by somebody else. Please try again.')

/** A newer intent takes the place of the pending one, but what was to be erased has to be erased all the same. */
function isUnlinking(session: Session): boolean {
  const { intent } = session
  if (!intent || !isPending(session)) return false
  return intent.unlinkFirst === true || intent.action === 'logout' || intent.action === 'clear-auth'
}

/** Whether the session is about to be, or is already, what is asked. */
function isAsked(session: Session, action: Action): boolean {
  const { wanted, state } = session
  if (action === 'start') return wanted && (isPending(session) || state.status !== 'disconnected')
  if (action === 'stop') return !wanted && (isPending(session) || state.status === 'inactive')
  return false
}
