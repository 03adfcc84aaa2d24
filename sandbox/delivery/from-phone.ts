/**
 * Somebody types on a phone: the message reaches the other side's phone at once, and its companions, as well as the
 * writer's own, encrypted for each of them.
 */
import type { proto } from '@whiskeysockets/baileys'
import { SandboxError } from '../error.ts'
import { type Group, isAdmin, isMember } from '../groups/groups.ts'
import type { Companion } from '../people/companions.ts'
import { describe } from '../people/content.ts'
import type { Person } from '../people/people.ts'
import { phoneMessageId } from '../wire/ids.ts'
import { addressKey, lidJid, STATUS, shownPn } from '../wire/jids.ts'
import { node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { giveToken } from './standing.ts'
import { editOf, stanzaType } from './stanza-type.ts'
import { encryptFor, originOf } from './write.ts'

/** Gives the id under which everybody sees the message. */
export async function sendToPerson(
  world: World,
  from: Person,
  to: Person,
  message: proto.IMessage,
): Promise<string> {
  const id = phoneMessageId()
  const sender = {
    from: lidJid(from.lid),
    id,
    t: seconds(),
    type: stanzaType(message),
    edit: editOf(message),
    notify: from.name,
    addressing_mode: 'lid',
  }
  const attrs = { ...sender, sender_pn: shownPn(from), username: from.username }
  const ownAttrs = {
    ...sender,
    recipient: lidJid(to.lid),
    peer_recipient_pn: shownPn(to),
    peer_recipient_username: to.username,
  }
  const own = { deviceSentMessage: { destinationJid: lidJid(to.lid), message } }

  world.letters.keep(id, from.lid, message)
  // Whoever blocked the writer hears nothing of it, and the writer is not told.
  const isHeard = from !== to && !to.blocked.includes(from.lid)
  if (isHeard) showTo(world, to, from, `+${to.number}`, id, message)
  await world.phones.locked(from, async () => {
    for (const companion of isHeard ? world.companions.of(to) : [])
      await write(world, from, companion, attrs, message)
    for (const companion of world.companions.of(from)) await write(world, from, companion, ownAttrs, own)
  })
  giveToken(world, from, to)
  return id
}

/** Throws NOT_A_PARTICIPANT. */
export async function sendToGroup(
  world: World,
  from: Person,
  group: Group,
  message: proto.IMessage,
): Promise<string> {
  if (!isMember(group, from))
    throw new SandboxError('NOT_A_PARTICIPANT', `+${from.number} is not in the group ${group.id}.`)
  const id = phoneMessageId()
  const people = group.members.flatMap((member) => world.people.withLid(member.lid) ?? [])
  await sendToMany(world, from, group.id, people, id, message)
  return id
}

/** Posts a status for these people. */
export async function postStatus(
  world: World,
  from: Person,
  viewers: Person[],
  message: proto.IMessage,
): Promise<string> {
  const id = phoneMessageId()
  await sendToMany(world, from, STATUS, [from, ...viewers.filter((one) => one !== from)], id, message)
  return id
}

/** The same to each of these people, encrypted for each: a broadcast list, which its owner alone can see. */
export async function sendToList(
  world: World,
  from: Person,
  list: string,
  people: Person[],
  message: proto.IMessage,
): Promise<string> {
  const id = phoneMessageId()
  const attrs = attrsToMany(from, list, id, message)
  world.letters.keep(id, from.lid, message)
  for (const person of people) showTo(world, person, from, `+${person.number}`, id, message)
  await world.phones.locked(from, async () => {
    for (const companion of people.flatMap((person) => world.companions.of(person)))
      await write(world, from, companion, attrs, message)
    for (const companion of world.companions.of(from))
      await write(world, from, companion, attrs, { deviceSentMessage: { destinationJid: list, message } })
  })
  return id
}

async function sendToMany(
  world: World,
  from: Person,
  chat: string,
  people: Person[],
  id: string,
  message: proto.IMessage,
) {
  world.letters.keep(id, from.lid, message, chat)
  for (const person of people) if (person !== from) showTo(world, person, from, chat, id, message)
  await world.phones.locked(from, () => writeToMany(world, from, chat, people, id, message))
}

async function writeToMany(
  world: World,
  from: Person,
  chat: string,
  people: Person[],
  id: string,
  message: proto.IMessage,
) {
  const companions = people.flatMap((person) => world.companions.of(person))
  if (companions.length === 0) return
  const { ciphertext, distribution } = world.phones.encryptForGroup(from, chat, message)
  const missing = world.groups.newReaders(chat, from, companions.map(addressKey))
  const key = {
    senderKeyDistributionMessage: { groupId: chat, axolotlSenderKeyDistributionMessage: distribution },
  }
  const group = world.groups.find(chat)
  const edit = editOf(message, group && isAdmin(group, from))
  const attrs = { ...attrsToMany(from, chat, id, message), edit }
  const common = node('enc', { v: '2', type: 'skmsg' }, ciphertext)
  for (const companion of companions) {
    const keyEnc = missing.has(addressKey(companion)) ? [await encryptFor(world, from, companion, key)] : []
    deliver(world, companion, node('message', attrs, [...keyEnc, common]), {
      origin: originOf(from, message),
    })
  }
}

async function write(
  world: World,
  from: Person,
  to: Companion,
  attrs: Record<string, string | undefined>,
  message: proto.IMessage,
) {
  const enc = await encryptFor(world, from, to, message)
  deliver(world, to, node('message', attrs, [enc]), { origin: originOf(from, message) })
}

/** From phone to phone nothing has to be encrypted: both are in here. */
function showTo(world: World, owner: Person, from: Person, to: string, id: string, message: proto.IMessage) {
  const content = describe(message)
  if (content) world.inbox.add({ owner: owner.lid, id, from: `+${from.number}`, to, content })
}

/** Of a message to many: the place that it comes from, and who wrote it there. */
const attrsToMany = (from: Person, place: string, id: string, message: proto.IMessage) => ({
  from: place,
  participant: lidJid(from.lid),
  participant_pn: shownPn(from),
  participant_username: from.username,
  addressing_mode: 'lid',
  id,
  t: seconds(),
  type: stanzaType(message),
  notify: from.name,
})
