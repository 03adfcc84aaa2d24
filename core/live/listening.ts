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
import { isListenedTo } from './mark.ts'

/** To be called when the subscription is stored. The connector looks at the session, and tells from then on. */
export async function listen(
  domain: Pick<Domain, 'store' | 'commands' | 'log'>,
  session: Session,
): Promise<void> {
  const now = domain.store.now()
  const mark = { at: iso(now), until: iso(now + LIFE * 1_000) }
  const isMarked = await domain.store.update(
    'main',
    sessionKey(session.id),
    updating().set('listening', mark).whereExists('pk').build(),
  )
  if (isMarked && (session.wanted || isPending(session))) await nudge(domain, session, `-listen-${now}`)
}

/** Nobody is there, unless somebody came since the session was read. */
export async function nobodyListens(
  store: Store,
  { id, listening }: Pick<Session, 'id' | 'listening'>,
): Promise<void> {
  if (!isListenedTo({ listening }, store.now())) return
  const at = iso(store.now())
  const update = updating().set('listening', { at, until: at })
  update.where(`${update.name('listening.at')} = ${update.value(listening?.at)}`)
  await store.update('main', sessionKey(id), update.build())
}
