/**
 * The beginning and the end of a session. Both count against the plan of the account in the same transaction, so two
 * simultaneous creations cannot exceed it, and a deleted session frees its place at once.
 */
import { type Account, accountKey, find as findAccount, LIMITS, limitOf } from '../account.ts'
import type { Event } from '../contract/event.ts'
import type { Domain } from '../domain.ts'
import { commit } from '../log.ts'
import { iso } from '../platform/clock.ts'
import type { Expression, Store, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { shardOf } from '../platform/id.ts'
import { type Session, type State, sessionKey } from '../session.ts'
import type { StoredSettings } from '../settings.ts'
import { TOKEN } from '../token.ts'
import { listingPartition, listingPlace } from './find.ts'
import { intentOn, living, nudge, sessionBusy, sessionNotFound } from './intend.ts'

export type NewSession = {
  accountId: string
  name: string
  description?: string | undefined
  settings: StoredSettings
  /** Given where something was stored under it before. */
  id?: string
  /** A device that it begins with, and the parcel in which it waits. */
  device?: { parcel: string; state: Partial<State> }
  /** What is to be written with it, or not at all. */
  also?: (session: Session) => Write[]
}

/** @throws Fault SESSION_LIMIT_REACHED with the limit and the plan, FORBIDDEN when the account is gone */
export async function create(domain: Domain, input: NewSession): Promise<Session> {
  const { store, retention } = domain
  const account = await findAccount(store, input.accountId)
  if (!account) throw new Fault('FORBIDDEN', 'This account does not exist any more.')
  const limit = limitOf(account)
  const session = newSession(domain, input, account)
  const created = eventOf(domain, session, { type: 'session.created', payload: { name: session.name } })
  const refused = await commit(
    store,
    retention,
    [created],
    [
      { table: 'main', update: accountKey(account.id), set: oneMore(limit) },
      {
        table: 'main',
        put: {
          ...sessionKey(session.id),
          ...session,
          listPk: listingPartition(session.accountId),
          listSk: listingPlace(session),
        },
        condition: 'attribute_not_exists(pk)',
      },
      ...(input.also?.(session) ?? []),
    ],
  )
  if (refused.includes(0)) throw await limitReached(store, account)
  if (refused.includes(1)) throw new Error(`the new session id ${session.id} is taken`)
  if (refused.length > 0) throw sessionBusy()
  return session
}

/**
 * Hides the session at once and asks the connector to log out and erase everything (see purge).
 * @throws Fault SESSION_NOT_FOUND when somebody else deleted it
 */
export async function remove(domain: Domain, session: Session): Promise<void> {
  const { store, retention } = domain
  let seen = session
  for (let attempt = 1; attempt <= 10; attempt++) {
    if (seen.deletedAt) throw sessionNotFound()
    const { next, update } = intentOn(seen, 'delete', store.now())
    const deleted = eventOf(domain, seen, { type: 'session.deleted', payload: {} })
    update.set('deletedAt', next.updatedAt).remove('listPk', 'listSk')
    const refused = await commit(
      store,
      retention,
      [deleted],
      [
        { table: 'main', update: sessionKey(seen.id), set: update.build() },
        { table: 'main', update: accountKey(seen.accountId), set: updating().add('sessions', -1).build() },
        ...(seen.apiKey ? [{ table: 'main' as const, remove: { pk: seen.apiKey, sk: TOKEN } }] : []),
      ],
    )
    if (refused.length === 0) return nudge(domain, next)
    seen = await living(store, seen.id)
  }
  throw sessionBusy()
}

async function limitReached(store: Store, { id, plan }: Account): Promise<Fault> {
  const limit = LIMITS[plan]
  const count = (await findAccount(store, id))?.sessions ?? limit
  return new Fault(
    'SESSION_LIMIT_REACHED',
    `The ${plan} plan allows ${limit} sessions, and there are ${count}.`,
    { details: { limit, count, plan, action: 'Delete a session, or change to a larger plan.' } },
  )
}

/** Counts one session more, as long as the account exists and its plan allows it. */
function oneMore(limit: number | undefined): Expression {
  const update = updating().add('sessions', 1).whereExists('pk')
  const sessions = update.name('sessions')
  if (limit !== undefined)
    update.where(`attribute_not_exists(${sessions}) OR ${sessions} < ${update.value(limit)}`)
  return update.build()
}

function newSession(
  domain: Domain,
  { id = domain.newSessionId(), accountId, name, description, settings, device }: NewSession,
  account: Account,
): Session {
  const at = iso(domain.store.now())
  return {
    v: 1,
    id,
    accountId,
    shard: shardOf(id, domain.shards),
    name,
    description,
    settings,
    wanted: false,
    ...(account.webhooks || settings.webhookUrl ? { webhooks: at } : {}),
    createdAt: at,
    updatedAt: at,
    ...(device ? { parcel: device.parcel, brought: at } : {}),
    state: {
      status: 'inactive',
      since: at,
      epoch: 0,
      doneIntent: 0,
      linked: false,
      ...device?.state,
    },
  }
}

type Told =
  | Pick<Extract<Event, { type: 'session.created' }>, 'type' | 'payload'>
  | Pick<Extract<Event, { type: 'session.deleted' }>, 'type' | 'payload'>

const eventOf = (domain: Domain, session: Session, told: Told): Event => ({
  ...told,
  id: domain.newEventId(),
  sessionId: session.id,
  accountId: session.accountId,
  timestamp: iso(domain.store.now()),
})
