/**
 * What the devices of one person keep in step (archived chats, contacts, labels, …), in collections: a version, the
 * patches that led to it, and what they amount to. A patch is decrypted and verified with the key that the phone gave to
 * its companions, as a phone does; one that is wrong is kept, shown as a problem, and changes nothing.
 */
import {
  type ChatModification,
  chatModificationToAppPatch,
  decodePatches,
  encodeSyncdPatch,
  type LTHashState,
  newLTHashState,
  proto,
  type WAPatchName,
} from '@whiskeysockets/baileys'
import type { Store } from '../store.ts'
import type { Person } from './people.ts'

export type Collection = {
  version: number
  patches: { version: number; bytes: Buffer }[]
  /** Absent in older files, and made of the patches then. */
  sum?: { hash: Buffer; indexValueMap: LTHashState['indexValueMap'] }
  /** The index of each action, as JSON, and the action, encoded. */
  actions?: Record<string, string>
}
/** `index` begins with the kind of action and what it is about. */
export type Action = { index: string[]; value: proto.ISyncActionValue }
export type AppStates = ReturnType<typeof openAppStates>

export const APP_STATE_KEY_ID = Buffer.from([0, 0, 0, 0, 0, 1])
const KEY_NAME = APP_STATE_KEY_ID.toString('base64')
const COLLECTIONS: WAPatchName[] = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular_low',
  'regular',
]
const { SyncdOperation } = proto.SyncdMutation

/** @param onProblem told of patches that are not what they should be */
export function openAppStates(store: Store, onProblem: (what: string, detail: string) => void) {
  const table = store.table<Collection>('app_states')
  const get = (lid: string, name: string): Collection =>
    table.get(`${lid}/${name}`) ?? { version: 0, patches: [] }

  const absorb = async (person: Person, name: string, collection: Collection, bytes: Buffer) => {
    const patch = proto.SyncdPatch.decode(bytes)
    const operations = patch.mutations.map(({ operation }) => operation)
    const before = stateOf(collection, Number(patch.version?.version) - 1)
    let isWrong = false
    const log = listener((detail) => {
      isWrong = true
      onProblem(`app state ${name} of +${person.number}`, detail)
    })
    const known = keyOf(person)
    const { state, mutationMap } = await decodePatches(
      name as WAPatchName,
      [patch],
      before,
      known,
      {},
      undefined,
      log,
    )
    if (isWrong) return
    collection.sum = { hash: Buffer.from(state.hash), indexValueMap: state.indexValueMap }
    collection.actions ??= {}
    for (const [position, { index, syncAction }] of Object.values(mutationMap).entries())
      if (operations[position] === SyncdOperation.REMOVE) delete collection.actions[JSON.stringify(index)]
      else collection.actions[JSON.stringify(index)] = encoded(syncAction.value)
  }

  /** The collection with what its patches amount to. */
  const known = async (person: Person, name: string): Promise<Collection> => {
    const collection = get(person.lid, name)
    if (!collection.sum)
      for (const { bytes } of collection.patches) await absorb(person, name, collection, bytes)
    return collection
  }

  const append = async (person: Person, name: string, patch: proto.ISyncdPatch): Promise<number> => {
    const collection = await known(person, name)
    collection.version += 1
    const { version } = collection
    const bytes = Buffer.from(proto.SyncdPatch.encode({ ...patch, version: { version } }).finish())
    collection.patches.push({ version, bytes })
    await absorb(person, name, collection, bytes)
    table.put(`${person.lid}/${name}`, collection)
    return version
  }

  return {
    get,

    /** Adds what a companion has changed and says the new version. Not to be called twice at a time for one person. */
    append: (person: Person, name: string, patch: Buffer): Promise<number> =>
      append(person, name, proto.SyncdPatch.decode(patch)),

    /** The phone itself changes something. The same holds. */
    async change(
      person: Person,
      change: ChatModification,
      jid: string,
    ): Promise<{ name: string; version: number }> {
      const made = chatModificationToAppPatch(change, jid)
      const collection = await known(person, made.type)
      const state = stateOf(collection, collection.version)
      const { patch } = await encodeSyncdPatch(made, KEY_NAME, state, keyOf(person))
      return { name: made.type, version: await append(person, made.type, patch) }
    },

    /** All that holds now, in no particular order. */
    async actions(person: Person): Promise<Action[]> {
      const collections = await Promise.all(COLLECTIONS.map((name) => known(person, name)))
      return collections.flatMap(({ actions = {} }) =>
        Object.entries(actions).map(([index, value]) => ({
          index: JSON.parse(index),
          value: decoded(value),
        })),
      )
    },
  }
}

const keyOf = (person: Person) => async (id: string) =>
  id === KEY_NAME ? proto.Message.AppStateSyncKeyData.fromObject({ keyData: person.appStateKey }) : undefined

const stateOf = ({ sum }: Collection, version: number): LTHashState => ({
  ...newLTHashState(),
  ...sum,
  version,
})

const encoded = (value: proto.ISyncActionValue | null | undefined): string =>
  Buffer.from(proto.SyncActionValue.encode(value ?? {}).finish()).toString('base64')
const decoded = (value: string): proto.ISyncActionValue =>
  proto.SyncActionValue.decode(Buffer.from(value, 'base64'))

/** Baileys tells only its log what is wrong with a patch. */
function listener(hear: (detail: string) => void): Parameters<typeof decodePatches>[6] {
  const quiet = () => undefined
  const warn = (about: unknown, text?: string) =>
    hear([text, (about as { error?: string } | undefined)?.error].filter(Boolean).join(': '))
  const log = { level: 'warn', trace: quiet, debug: quiet, info: quiet, warn, error: warn, child: () => log }
  return log
}
