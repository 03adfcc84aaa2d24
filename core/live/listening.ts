/**
 * A session carries until when somebody may be listening, so that whoever writes to its log knows without a call whether
 * there is anybody to tell. The mark is set anew by each subscription and taken away by whoever finds nobody there.
 */
import type { Domain } from '../domain.ts'
import { iso } from '../platform/clock.ts'
import type { Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { isPending, type Session, sessionKey } from '../session.ts'
import { nudge } from '../sessions/intend.ts'
import { LIFE } from './connection.ts'

export const isListenedTo = ({ listenedUntil }: Pick<Session, 'listenedUntil'>, now: number): boolean =>
  listenedUntil !== undefined && Date.parse(listenedUntil) > now

/** To be called when the subscription is stored. The connector looks at the session, and tells from then on. */
export async function listen(
  domain: Pick<Domain, 'store' | 'commands' | 'log'>,
  session: Session,
): Promise<void> {
  const now = domain.store.now()
  const update = updating().set('listenedUntil', iso(now + LIFE * 1_000))
  const isMarked = await domain.store.update('main', sessionKey(session.id), update.whereExists('pk').build())
  if (isMarked && (session.wanted || isPending(session))) await nudge(domain, session, `-listen-${now}`)
}

/** Nobody is there, unless somebody came since the session was read. */
export async function nobodyListens(
  store: Store,
  { id, listenedUntil }: Pick<Session, 'id' | 'listenedUntil'>,
): Promise<void> {
  if (!listenedUntil) return
  const update = updating().remove('listenedUntil')
  update.where(`${update.name('listenedUntil')} = ${update.value(listenedUntil)}`)
  await store.update('main', sessionKey(id), update.build())
}
