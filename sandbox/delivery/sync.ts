/** A person's devices are told that a collection of app state has changed; they fetch it then. */
import type { ChatModification } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { type BinaryNode, node, SERVER } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'

/** What a companion has changed, over the version that it knew. */
export type Patched = { name: string; patch: Buffer; over: number }

/** The others hear of it; when one of them was faster, it is refused. */
export const appended = (
  world: World,
  companion: Companion,
  person: Person,
  { name, patch, over }: Patched,
) =>
  world.syncing(person.lid, async () => {
    const isLate = world.appStates.get(person.lid, name).version !== over
    if (isLate || world.faults.isActive('outpaced', person.number))
      return node('collection', { name, type: 'error' }, [node('error', { code: '409', text: 'conflict' })])
    const version = await world.appStates.append(person, name, patch)
    return announce(world, person, name, version, companion)
  })

/** The phone itself has changed something about this chat, contact or label. */
export const changedAtPhone = (world: World, person: Person, change: ChatModification, jid: string) =>
  world.syncing(person.lid, async () => {
    const { name, version } = await world.appStates.change(person, change, jid)
    return announce(world, person, name, version)
  })

function announce(
  world: World,
  person: Person,
  name: string,
  version: number,
  except?: Companion,
): BinaryNode {
  const collection = node('collection', { name, version: String(version) })
  for (const companion of world.companions.of(person)) {
    if (companion.device === except?.device) continue
    const attrs = { from: SERVER, type: 'server_sync', id: stanzaId(), t: seconds() }
    deliver(world, companion, node('notification', attrs, [collection]))
  }
  return collection
}
