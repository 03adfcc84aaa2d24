/** The sessions of all accounts, in an order in which a round can go on. */
import * as Accounts from '#core/account.ts'
import type { Store } from '#core/platform/dynamo.ts'
import type { Session } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'

/** Where a session stands among those of all accounts. */
export const placeOf = (session: Session): string => `${session.accountId} ${Sessions.listingPlace(session)}`

export async function* everySession(store: Store, after: string | undefined): AsyncGenerator<Session> {
  const [accountId, place] = after?.split(' ') ?? []
  if (accountId) yield* Sessions.ofAccount(store, accountId, place)
  for await (const account of Accounts.all(store, accountId)) yield* Sessions.ofAccount(store, account.id)
}
