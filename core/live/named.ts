/** The sessions that a client names, provided that they are its account's and may be used from where it is. */
import { isWithin } from '../access/address.ts'
import type { Domain } from '../domain.ts'
import { Fault } from '../platform/fault.ts'
import { Session, sessionKey } from '../session.ts'
import * as Sessions from '../sessions/index.ts'
import type { Connection } from './connection.ts'
import type { Live } from './tell.ts'

export type SubscribeDeps = Pick<Domain, 'store' | 'commands' | 'log'> & { live: Live }

/** @throws Fault SESSION_NOT_FOUND, FORBIDDEN */
export async function named(
  deps: SubscribeDeps,
  connection: Pick<Connection, 'accountId' | 'sessionId' | 'address'>,
  wanted: '*' | string[],
): Promise<Session[]> {
  const { accountId, sessionId } = connection
  if (wanted === '*' && sessionId) return named(deps, connection, [sessionId])
  if (wanted === '*') {
    const every: Session[] = []
    for await (const session of Sessions.ofAccount(deps.store, accountId))
      if (mayListen(connection, session)) every.push(session)
    return every
  }
  const ids = [...new Set(wanted)]
  const items = await deps.store.getMany('main', ids.map(sessionKey))
  const sessions = items
    .map((item) => Session.parse(item))
    .filter((session) => session.accountId === accountId && !session.deletedAt)
    .filter(({ id }) => !sessionId || id === sessionId)
  const missing = ids.filter((wantedId) => !sessions.some(({ id }) => id === wantedId))
  if (missing.length > 0)
    throw new Fault('SESSION_NOT_FOUND', 'Session not found', { details: { sessions: missing } })
  const closed = sessions.filter((session) => !mayListen(connection, session)).map(({ id }) => id)
  if (closed.length > 0)
    throw new Fault('FORBIDDEN', 'These sessions may not be used from this address.', {
      details: { sessions: closed },
    })
  return sessions
}

export const mayListen = (
  { address }: Pick<Connection, 'address'>,
  { settings: { ipWhitelist } }: Session,
): boolean => !ipWhitelist || isWithin(ipWhitelist, address)
