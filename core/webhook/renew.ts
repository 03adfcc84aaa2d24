/**
 * Secrets under a new master key: those of endpoints, and passwords of proxies, are sealed anew while the former key is
 * still known, so that nobody has to give out new ones when it is forgotten.
 */
import type { Key, Store, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { renewedProxy } from '../proxy.ts'
import { type Session, sessionKey } from '../session.ts'
import { endpointKey, endpointsOf } from './endpoint.ts'
import type { Owner } from './manage.ts'
import { openVault } from './vault.ts'

/** What somebody changes meanwhile is sealed under the new key by that. */
const exchange = (key: Key, path: string, before: string, after: string): Write => {
  const update = updating().set(path, after)
  update.where(`${update.name(path)} = ${update.value(before)}`)
  return { table: 'main', update: key, set: update.build() }
}

/**
 * @param keys in hex; the first one seals from now on
 * @returns how many secrets were sealed anew
 * @throws Sealed when none of the keys opens one
 */
export async function renewEndpoints(store: Store, keys: readonly string[], owner: Owner): Promise<number> {
  const vault = openVault(keys)
  let renewed = 0
  for (const endpoint of await endpointsOf(store, owner)) {
    const anew = vault.renewed(endpoint)
    if (
      anew &&
      (await store.transact([exchange(endpointKey(endpoint), 'sealed', endpoint.sealed, anew)])).length === 0
    )
      renewed++
  }
  return renewed
}

/** The same for the password of a session's proxy. */
export async function renewProxy(store: Store, keys: readonly string[], session: Session): Promise<number> {
  const { id, accountId, settings } = session
  const sealed = settings.proxy?.sealed
  const anew = settings.proxy && renewedProxy(keys, accountId, settings.proxy)
  if (!sealed || !anew) return 0
  const failed = await store.transact([exchange(sessionKey(id), 'settings.proxy.sealed', sealed, anew)])
  return failed.length === 0 ? 1 : 0
}
