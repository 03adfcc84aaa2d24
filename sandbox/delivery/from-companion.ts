/**
 * A companion sends a message: what is meant for other companions is passed on, what is meant for phones is read
 * there. The acknowledgement leaves when all of that is committed.
 */
import { takeFromCompanion } from '../channels/post.ts'
import { type Group, isMember } from '../groups/groups.ts'
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import type { Connection } from '../wire/connection.ts'
import { addressKey, isChannel, isGroup, lidJid, parseJid, pnJid, STATUS } from '../wire/jids.ts'
import { attr, type BinaryNode, child, childrenOf, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Letter, receiveAtPhone } from './at-phone.ts'
import { deliver } from './deliver.ts'
import { isStopped } from './standing.ts'

const DEFAULT_ACK_DELAY_MS = 5000
/** The code with which WhatsApp refuses messages of a restricted account. */
const RESTRICTED = '463'
/** What the real server answers here is not known; any error marks the message as failed. */
const NOT_IN_GROUP = '403'

type Part = { person: Person; device: number; encs: BinaryNode[] }

export async function sendFromCompanion(world: World, connection: Connection, stanza: BinaryNode) {
  const from = connection.companion
  if (!from) return
  const [id, to] = [attr(stanza, 'id'), attr(stanza, 'to')]
  const isPeer = stanza.attrs.category === 'peer'
  if (isStopped(world, from, stanza)) return acknowledge(world, connection, stanza, RESTRICTED)
  world.stats.count('messagesIn')
  if (isChannel(to))
    return acknowledge(world, connection, stanza, undefined, takeFromCompanion(world, from, stanza))
  if (isPeer) await readPeerMessage(world, from, stanza)
  else if (isGroup(to)) {
    const group = world.groups.find(to)
    if (!group || !isMember(group, from)) return acknowledge(world, connection, stanza, NOT_IN_GROUP)
    await sendToGroup(world, from, stanza, id, group)
  } else if (to === STATUS) await sendStatus(world, from, stanza, id)
  else await sendToParts(world, from, stanza, partsOf(world, stanza), stanza.attrs.recipient ?? to)
  acknowledge(world, connection, stanza)
}

/** The recipients that the sender encrypted for one by one; a resend is meant for the one device in `to`. */
function partsOf(world: World, stanza: BinaryNode): Part[] {
  const direct = childrenOf(stanza, 'enc').filter((enc) => enc.attrs.type !== 'skmsg')
  const resend = stanza.attrs.participant ?? stanza.attrs.to ?? ''
  const parts = childrenOf(child(stanza, 'participants'), 'to').map((part) => {
    return { jid: part.attrs.jid ?? '', encs: childrenOf(part, 'enc') }
  })
  if (direct.length > 0) parts.push({ jid: resend, encs: direct })
  return parts.flatMap(({ jid, encs }) => {
    const person = world.people.withJid(jid)
    return person ? [{ person, device: parseJid(jid)?.device ?? 0, encs }] : []
  })
}

async function sendToParts(world: World, from: Companion, stanza: BinaryNode, parts: Part[], to: string) {
  const chat = withoutDevice(to)
  for (const { person, device, encs } of parts) {
    if (device === 0) await receiveAtPhone(world, person, { id: attr(stanza, 'id'), chat, from, encs })
    else passOn(world, from, { person, device, encs }, stanza, addressing(world, from, person, chat))
  }
}

/** Everybody in the group gets the common ciphertext; some get the sender key that opens it along with it. */
async function sendToGroup(world: World, from: Companion, stanza: BinaryNode, id: string, group: Group) {
  const people = group.members.flatMap((member) => world.people.withLid(member.lid) ?? [])
  await sendToMany(world, from, stanza, id, group.id, people)
}

/** Those who are to see a status get the sender key along with it, every time. */
async function sendStatus(world: World, from: Companion, stanza: BinaryNode, id: string) {
  const people = new Set(partsOf(world, stanza).map(({ person }) => person))
  await sendToMany(world, from, stanza, id, STATUS, [...people])
}

async function sendToMany(
  world: World,
  from: Companion,
  stanza: BinaryNode,
  id: string,
  chat: string,
  people: Person[],
) {
  const parts = new Map(
    partsOf(world, stanza).map((part) => [addressKey({ ...part.person, ...part }), part.encs]),
  )
  const common = childrenOf(stanza, 'enc').filter((enc) => enc.attrs.type === 'skmsg')
  const attrs = {
    from: chat,
    participant: lidJid(from.lid, from.device),
    participant_pn: pnJid(from.number),
    addressing_mode: 'lid',
  }
  for (const person of people) {
    const devices = [0, ...world.companions.of(person).map((companion) => companion.device)]
    for (const device of devices) {
      const encs = [...(parts.get(addressKey({ lid: person.lid, device })) ?? []), ...common]
      if (encs.length === 0) continue
      if (device === 0) await receiveAtPhone(world, person, { id, chat, from, encs })
      else passOn(world, from, { person, device, encs }, stanza, attrs)
    }
  }
}

/** How a companion sees who wrote, and in which chat. Own messages from another device name the chat's other side. */
function addressing(world: World, from: Companion, to: Person, chat: string): Record<string, string> {
  const sender = { from: lidJid(from.lid, from.device), addressing_mode: 'lid' }
  if (from.lid !== to.lid) return { ...sender, sender_pn: pnJid(from.number) }
  const peer = world.people.withJid(chat)
  return peer ? { ...sender, recipient: lidJid(peer.lid), peer_recipient_pn: pnJid(peer.number) } : sender
}

function passOn(world: World, from: Companion, part: Part, stanza: BinaryNode, who: Record<string, string>) {
  const to = world.companions.get(part.person.lid, part.device)
  if (!to || addressKey(to) === addressKey(from)) return
  const identity = childrenOf(stanza, 'device-identity')
  const notify = world.people.withLid(from.lid)?.name
  const { id, type, edit } = stanza.attrs
  const attrs = { ...who, id, type, edit, t: seconds(), notify }
  deliver(world, to, node('message', attrs, [...part.encs, ...identity]))
}

/** Requests of a companion to its own phone. They are read, so that the ratchets stay in step, and not acted upon. */
async function readPeerMessage(world: World, from: Companion, stanza: BinaryNode) {
  const person = world.people.withLid(from.lid)
  const letter: Letter = {
    id: attr(stanza, 'id'),
    chat: pnJid(from.number),
    from,
    encs: childrenOf(stanza, 'enc'),
  }
  if (person) await receiveAtPhone(world, person, letter)
}

function acknowledge(
  world: World,
  connection: Connection,
  stanza: BinaryNode,
  error?: string,
  more: Record<string, string> = {},
) {
  const { id, to, type, participant } = stanza.attrs
  const ack = node('ack', { class: 'message', id, from: to, participant, t: seconds(), type, error, ...more })
  const late = world.faults.find('late-acks', connection.companion?.number)
  if (!late) return connection.send(ack)
  setTimeout(() => connection.send(ack), late.delayMs ?? DEFAULT_ACK_DELAY_MS).unref()
}

function withoutDevice(jid: string): string {
  const parsed = parseJid(jid)
  if (!parsed) return jid
  return parsed.kind === 'lid' ? lidJid(parsed.user) : pnJid(parsed.user)
}
