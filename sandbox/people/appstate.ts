/** The app-state collections of each person (archived chats, contacts, …): a version, and the patches that led to it. */
import { proto } from '@whiskeysockets/baileys'
import type { Store } from '../store.ts'

export type Collection = { version: number; patches: { version: number; bytes: Buffer }[] }
export type AppStates = ReturnType<typeof openAppStates>

export function openAppStates(store: Store) {
  const table = store.table<Collection>('app_states')
  const get = (lid: string, name: string): Collection =>
    table.get(`${lid}/${name}`) ?? { version: 0, patches: [] }

  return {
    get,

    /** Adds what a device has changed and says the new version, which readers find in the patch as well. */
    append(lid: string, name: string, patch: Buffer): number {
      const collection = get(lid, name)
      collection.version += 1
      const { version } = collection
      const numbered = { ...proto.SyncdPatch.decode(patch), version: { version } }
      collection.patches.push({ version, bytes: Buffer.from(proto.SyncdPatch.encode(numbered).finish()) })
      table.put(`${lid}/${name}`, collection)
      return collection.version
    },
  }
}
