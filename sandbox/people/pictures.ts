/** Profile pictures, of people and groups: kept at the media server, and told to others when they change. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { deliver } from '../delivery/deliver.ts'
import { nameOf } from '../media/cdn.ts'
import { stanzaId } from '../wire/ids.ts'
import { isGroup, lidJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import type { Person } from './people.ts'

/** @param of a LID or a group */
export async function keepPicture(world: World, of: string, content: Buffer): Promise<void> {
  const name = nameOf(createHash('sha256').update(content).digest())
  await world.cdn.put(name, Readable.from([content]))
  world.pictures.put(of, name)
}

/** Tells the companions of everybody else in the group; of a person's own picture, of all others. */
export function tellOfPicture(world: World, of: string, by: Person, isThere: boolean): void {
  const { members } = isGroup(of) ? world.groups.expect(of) : { members: world.people.all() }
  const change = node(isThere ? 'set' : 'delete', { jid: of, author: lidJid(by.lid), id: seconds() })
  for (const { lid } of members) {
    const person = world.people.withLid(lid)
    if (!person || person === by) continue
    for (const companion of world.companions.of(person)) {
      const attrs = { from: of, type: 'picture', id: stanzaId(), t: seconds() }
      deliver(world, companion, node('notification', attrs, [change]))
    }
  }
}
