/** What the owner of a session may change about it at any time. The connector reads settings when it (re)connects. */
import { iso } from '../platform/clock.ts'
import type { Store, Write } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { type Session, sessionKey } from '../session.ts'
import type { StoredChange } from '../settings.ts'
import { living, sessionBusy, sessionNotFound } from './intend.ts'

/** What is absent stays; an empty description removes it. */
export type Changes = {
  name?: string | undefined
  description?: string | undefined
  settings?: StoredChange | undefined
  /** What is to be written with it, or not at all. */
  also?: Write[]
}

/** @throws Fault SESSION_NOT_FOUND when it was deleted meanwhile, SESSION_BUSY when what goes with it did not fit */
export async function change(
  store: Store,
  id: string,
  { name, description, settings = {}, also = [] }: Changes,
): Promise<Session> {
  const update = updating().set('updatedAt', iso(store.now())).whereExists('pk').whereAbsent('deletedAt')
  const put = (path: string, value: unknown) => {
    if (value !== undefined) update.setOrRemove(path, value === '' || value === null ? undefined : value)
  }
  put('name', name)
  put('description', description)
  for (const [field, value] of Object.entries(settings)) put(`settings.${field}`, value)
  if (settings.webhookUrl) update.set('webhooks', iso(store.now()))
  const failed = await store.transact([
    { table: 'main', update: sessionKey(id), set: update.build() },
    ...also,
  ])
  if (failed.includes(0)) throw sessionNotFound()
  if (failed.length > 0) throw sessionBusy()
  return living(store, id)
}
