/**
 * Messages that a companion cannot read, as the real server delivers them now and then: `garbled` ones are asked of the
 * sender again, and of what is `withheld` the companion has to ask its own phone.
 */
import type { Companion } from '../people/companions.ts'
import { isViewOnce } from '../people/content.ts'
import { attr, type BinaryNode, bytesOf, childrenOf, node } from '../wire/nodes.ts'
import type { World } from '../world.ts'
import { type Owed, stanzaOf } from './queue.ts'

/** The stanza as it goes out the first time. What is between a person's own devices is left alone. */
export function spoiled(world: World, to: Companion, owed: Owed): Uint8Array | BinaryNode {
  const isGarbled = world.faults.isActive('garbled', to.number)
  const isWithheld = world.faults.isActive('withheld', to.number)
  if (owed.class !== 'message' || owed.resends > 0 || !(isGarbled || isWithheld)) return owed.stanza
  const stanza = stanzaOf(owed)
  const encs = childrenOf(stanza, 'enc')
  if (stanza.attrs.category === 'peer' || encs.length === 0) return owed.stanza
  return { ...stanza, content: isWithheld ? [unavailable(world, attr(stanza, 'id'))] : encs.map(garble) }
}

/** What may be seen once is seen on the phone alone. */
function unavailable(world: World, id: string): BinaryNode {
  const letter = world.letters.find(id)
  return node('unavailable', letter && isViewOnce(letter.message) ? { type: 'view_once' } : {})
}

function garble(enc: BinaryNode): BinaryNode {
  const bytes = bytesOf(enc)
  const at = bytes.length - 1
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at)
  return { ...enc, content: bytes }
}
