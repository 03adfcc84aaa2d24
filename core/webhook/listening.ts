/**
 * A session carries since when an endpoint may listen to it, so that whoever writes to its log knows without a call
 * whether anybody is to be told. The mark is made with the endpoint, in one transaction, and taken away by a timed job
 * that finds none.
 */
import { Account, accountKey } from '../account.ts'
import type { Domain } from '../domain.ts'
import { iso } from '../platform/clock.ts'
import type { Store, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { isPending, type Session, sessionKey } from '../session.ts'
import { ofAccount } from '../sessions/find.ts'
import { nudge } from '../sessions/intend.ts'
import type { Endpoint } from './endpoint.ts'

type Owner = Pick<Endpoint, 'accountId' | 'sessionId'>

/** Fails when the session, or the account, does not exist any more. */
export function marking({ accountId, sessionId }: Owner, now: number): Write {
  const update = updating().set('webhooks', iso(now)).whereExists('pk')
  if (sessionId) update.whereAbsent('deletedAt')
  return {
    table: 'main',
    update: sessionId ? sessionKey(sessionId) : accountKey(accountId),
    set: update.build(),
  }
}

/** To be called when the endpoint is stored: connectors look at the sessions, and tell of them from then on. */
export async function announce(
  domain: Pick<Domain, 'store' | 'commands' | 'log'>,
  { accountId }: Owner,
  session: Session | undefined,
): Promise<void> {
  if (session) return look(domain, session)
  const looks: Promise<void>[] = []
  for await (const one of ofAccount(domain.store, accountId)) {
    if (!one.webhooks)
      await domain.store.transact([marking({ accountId, sessionId: one.id }, domain.store.now())])
    looks.push(look(domain, one))
  }
  await Promise.all(looks)
}

async function look(domain: Pick<Domain, 'store' | 'commands' | 'log'>, session: Session): Promise<void> {
  if (session.wanted || isPending(session)) await nudge(domain, session, `-webhooks-${domain.store.now()}`)
}

/** Whether everything in the account is told to somebody. */
export const isAccountTold = async (store: Store, accountId: string): Promise<boolean> =>
  (await store.get('main', Account.pick({ webhooks: true }), accountKey(accountId)))?.webhooks !== undefined

/** Marks that are younger, in ms, may belong to an endpoint that whoever found none has not seen. */
const YOUNG = 60_000

/** There is no endpoint, unless one came since the mark was read. */
export async function nobodyListens(store: Store, owner: Owner, mark: string): Promise<void> {
  if (store.now() - Date.parse(mark) < YOUNG) return
  const update = updating().remove('webhooks')
  update.where(`${update.name('webhooks')} = ${update.value(mark)}`)
  const key = owner.sessionId ? sessionKey(owner.sessionId) : accountKey(owner.accountId)
  await store.update('main', key, update.build())
}
