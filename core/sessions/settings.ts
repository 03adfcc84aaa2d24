/** What the owner of a session may change about it at any time. The connector reads settings when it (re)connects. */
import { iso } from '../platform/clock.ts'
import type { Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { type Session, type SettingsChange, sessionKey } from '../session.ts'
import { living, sessionNotFound } from './intend.ts'

/** What is absent stays; an empty description removes it. */
export type Changes = {
  name?: string | undefined
  description?: string | undefined
  settings?: SettingsChange | undefined
}

/** @throws Fault SESSION_NOT_FOUND when it was deleted meanwhile */
export async function change(
  store: Store,
  id: string,
  { name, description, settings = {} }: Changes,
): Promise<Session> {
  const update = updating().set('updatedAt', iso(store.now())).whereExists('pk').whereAbsent('deletedAt')
  const put = (path: string, value: unknown) => {
    if (value !== undefined) update.setOrRemove(path, value === '' || value === null ? undefined : value)
  }
  put('name', name)
  put('description', description)
  for (const [field, value] of Object.entries(settings)) put(`settings.${field}`, value)
  const changed = await store.update('main', sessionKey(id), update.build())
  if (!changed) throw sessionNotFound()
  return living(store, id)
}
