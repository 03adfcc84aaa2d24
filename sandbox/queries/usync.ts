/**
 * The namespace `usync`: who is on WhatsApp, under which LID, with which devices. Everybody is, unless the number is
 * reserved for nobody (see people.ts), so that a first message to any number just works.
 */
import type { Companion } from '../people/companions.ts'
import type { Person } from '../people/people.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { at, type BinaryNode, child, childrenOf, node, textOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Query, reply } from './reply.ts'

export function usync(query: Query) {
  const { world, connection, iq } = query
  const asked = at(iq, 'usync')
  const protocols = childrenOf(at(asked, 'query')).map((protocol) => protocol.tag)
  const asker = connection.companion
  const users = childrenOf(at(asked, 'list'), 'user').flatMap((user) => lookUp(world, asker, user, protocols))
  const done = node(
    'result',
    {},
    protocols.map((protocol) => node(protocol)),
  )
  reply(query, node('usync', asked.attrs, [done, node('list', {}, users)]))
}

/** A user is named by jid, phone number or username; the answer repeats the jid that was asked for, or has the LID. */
function lookUp(
  world: World,
  asker: Companion | undefined,
  user: BinaryNode,
  protocols: string[],
): BinaryNode[] {
  const contact = child(user, 'contact')
  if (contact?.attrs.username) return ofUsername(world, contact.attrs)
  const number = contact?.content ? textOf(contact).replace(/\D/g, '') : undefined
  const jid = user.attrs.jid ?? (number === undefined ? undefined : pnJid(number))
  if (jid === undefined) return []
  const exists =
    number !== undefined ? world.people.isReachable(number) : world.people.withJid(jid) !== undefined
  const facts = protocols.flatMap((protocol) => {
    if (protocol === 'contact')
      return node('contact', { type: exists ? 'in' : 'out' }, number && Buffer.from(`+${number}`))
    const person = exists ? world.people.withJid(jid) : undefined
    if (person && asker && protocol === 'devices') world.watchers.add(person.lid, asker)
    return person ? fact(world, person, protocol) : []
  })
  return [node('user', { jid }, facts)]
}

/** Nobody is found by a name alone who has set a key for it. */
function ofUsername(world: World, { username = '', pin }: Record<string, string>): BinaryNode[] {
  const person = world.people.withUsername(username)
  if (!person || (person.usernameKey !== undefined && person.usernameKey !== pin)) return []
  return [node('user', { jid: lidJid(person.lid) }, [node('contact', { type: 'in' })])]
}

function fact(world: World, person: Person, protocol: string): BinaryNode[] {
  if (protocol === 'lid') return [node('lid', { val: lidJid(person.lid) })]
  if (protocol === 'devices') return [node('devices', {}, [node('device-list', {}, devices(world, person))])]
  if (protocol === 'status') return [node('status', { t: seconds() }, Buffer.from(person.about))]
  if (protocol === 'username')
    return person.username ? [node('username', {}, Buffer.from(person.username))] : []
  if (protocol === 'disappearing_mode') return [node('disappearing_mode', { duration: '0', t: '0' })]
  return []
}

/** Baileys ignores companions without `key-index`. */
function devices(world: World, person: Person): BinaryNode[] {
  const companions = world.companions.of(person).map(({ device }) => String(device))
  return [node('device', { id: '0' }), ...companions.map((id) => node('device', { id, 'key-index': id }))]
}
