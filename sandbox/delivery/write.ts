/** A phone encrypts for companions: opens a session from their uploaded keys where there is none. */
import { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { type Bundle, companionBundle } from '../signal/phone.ts'
import { stanzaId } from '../wire/ids.ts'
import { addressKey } from '../wire/jids.ts'
import { type BinaryNode, node, SERVER_JID } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import type { Origin } from './queue.ts'

/** Below this many one-time keys the server asks the client for more, as Baileys' MIN_PREKEY_COUNT expects. */
const FEW_PREKEYS = 5

/** To be called while the person's ratchets are locked. */
export async function encryptFor(
  world: World,
  person: Person,
  to: Companion,
  message: proto.IMessage,
  attrs: Record<string, string> = {},
  bundle = () => takeBundle(world, to),
): Promise<BinaryNode> {
  const { type, ciphertext } = await world.phones.encrypt(person, to, message, bundle)
  return node('enc', { v: '2', type, ...attrs }, ciphertext)
}

/** The keys that open a session with this companion; its one-time key is not handed out again. */
export function takeBundle(world: World, companion: Companion): Bundle {
  const device = addressKey(companion)
  const preKey = world.preKeys.take(device)
  const left = world.preKeys.count(device)
  if (preKey && left < FEW_PREKEYS) askForPreKeys(world, companion, left)
  return companionBundle(companion, preKey)
}

/** Kept beside the stanza, so that the phone can encrypt the message again. */
export const originOf = (person: Person, message: proto.IMessage): Origin => ({
  sender: person.number,
  message: Buffer.from(proto.Message.encode(message).finish()),
})

function askForPreKeys(world: World, companion: Companion, left: number) {
  const attrs = { from: SERVER_JID, type: 'encrypt', id: stanzaId(), t: seconds() }
  deliver(world, companion, node('notification', attrs, [node('count', { value: String(left) })]))
}
