/** What a phone tells one of its own companions, beside all chats. */
import type { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { phoneMessageId } from '../wire/ids.ts'
import { pnJid } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { encryptFor, originOf } from './write.ts'

/** A message of the phone to its own companion that belongs to no chat. To be called while its ratchets are locked. */
export async function sendToOwn(world: World, person: Person, companion: Companion, message: proto.IMessage) {
  const enc = await encryptFor(world, person, companion, message)
  const attrs = {
    from: pnJid(person.number),
    id: phoneMessageId(),
    t: seconds(),
    type: 'text',
    category: 'peer',
    push_priority: 'high',
    notify: person.name,
  }
  deliver(world, companion, node('message', attrs, [enc]), { origin: originOf(person, message) })
}
