/** The namespace `w:g2`: create groups, look at them, change who is in and what they are called. */
import { deliver } from '../delivery/deliver.ts'
import { type Group, isAdmin, isMember, type Member, type Role } from '../groups/groups.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { attr, type BinaryNode, childrenOf, node, textOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { type Query, reply, replyError } from './reply.ts'

export function groups(query: Query) {
  const { world, connection, iq, subject } = query
  const person = connection.companion && world.people.withLid(connection.companion.lid)
  if (!person || !subject) return replyError(query, 400)
  if (subject.tag === 'create') return create(query, person, subject)
  if (subject.tag === 'participating') {
    const mine = world.groups.of(person).map(groupNode)
    return reply(query, node('groups', {}, mine))
  }
  if (subject.tag === 'leave') return leave(query, person, subject)
  const group = world.groups.find(iq.attrs.to ?? '')
  if (!group) return replyError(query, 404)
  if (!isMember(group, person)) return replyError(query, 403)
  if (subject.tag === 'query') return reply(query, groupNode(group))
  if (!isAdmin(group, person)) return replyError(query, 403)
  if (subject.tag in ROLE_AFTER) return changeMembers(query, group, person, subject)
  if (subject.tag === 'subject') return rename(query, group, person, textOf(subject))
  world.stats.unknownQuery(`w:g2/${iq.attrs.type}/${subject.tag}`)
  reply(query)
}

/** The group as WhatsApp describes it: members by LID, with their number beside it. */
export function groupNode(group: Group): BinaryNode {
  const attrs = {
    id: group.id.split('@')[0],
    subject: group.subject,
    s_t: seconds(group.subjectAt),
    s_o: lidJid(group.creator.lid),
    creation: seconds(group.createdAt),
    creator: lidJid(group.creator.lid),
    creator_pn: pnJid(group.creator.number),
    addressing_mode: 'lid',
    size: String(group.members.length),
  }
  return node('group', attrs, group.members.map(memberNode))
}

const memberNode = ({ lid, number, role }: Member): BinaryNode =>
  node('participant', {
    jid: lidJid(lid),
    phone_number: pnJid(number),
    type: role === 'member' ? undefined : role,
  })

function create(query: Query, creator: Person, subject: BinaryNode) {
  const others = named(query.world, subject)
  const group = query.world.groups.create(creator, attr(subject, 'subject'), others)
  reply(query, groupNode(group))
  announce(query.world, group, creator, node('create', {}, [groupNode(group)]), creator)
}

function leave(query: Query, person: Person, subject: BinaryNode) {
  for (const { attrs } of childrenOf(subject, 'group')) {
    const group = query.world.groups.find(attrs.id ?? '')
    if (!group || !isMember(group, person)) continue
    announce(query.world, group, person, node('remove', {}, [participantNode(person)]))
    removeMembers(query.world, group, [person])
  }
  reply(query)
}

/** What somebody is after each change; after `remove`, nothing. */
const ROLE_AFTER: Record<string, Role | undefined> = {
  add: 'member',
  remove: undefined,
  promote: 'admin',
  demote: 'member',
}

function changeMembers(query: Query, group: Group, by: Person, subject: BinaryNode) {
  const { world } = query
  const changed = named(world, subject)
  const role = ROLE_AFTER[subject.tag]
  const change = node(subject.tag, {}, changed.map(participantNode))
  const after = role ? setRole(world, group, changed, role) : removeMembers(world, group, changed)
  reply(query, change)
  announce(world, role ? after : group, by, change, by)
}

function setRole(world: World, group: Group, people: Person[], role: Role): Group {
  const changed = people.map(({ lid, number }): Member => ({ lid, number, role }))
  return world.groups.save({ ...group, members: [...without(group, people), ...changed] })
}

/** Those who stay write with new sender keys, which those who went never see. */
function removeMembers(world: World, group: Group, people: Person[]): Group {
  const after = world.groups.save({ ...group, members: without(group, people) })
  for (const member of after.members) {
    const person = world.people.withLid(member.lid)
    if (!person) continue
    world.phones.dropSenderKey(person, group.id)
    world.groups.forgetReaders(group, person)
  }
  return after
}

const without = (group: Group, people: Person[]): Member[] =>
  group.members.filter((member) => !people.some((person) => person.lid === member.lid))

const participantNode = ({ lid, number }: Person): BinaryNode =>
  node('participant', { jid: lidJid(lid), phone_number: pnJid(number) })

function rename(query: Query, group: Group, by: Person, subject: string) {
  const now = query.world.groups.save({ ...group, subject, subjectAt: Date.now() })
  reply(query)
  const attrs = { subject, s_t: seconds(now.subjectAt), s_o: lidJid(by.lid) }
  announce(query.world, now, by, node('subject', attrs))
}

/** Tells the companions of all members what has changed. */
export function announce(world: World, group: Group, by: Person, change: BinaryNode, except?: Person) {
  for (const member of group.members) {
    const person = world.people.withLid(member.lid)
    if (!person || person === except) continue
    for (const companion of world.companions.of(person)) {
      const attrs = {
        from: group.id,
        type: 'w:gp2',
        id: stanzaId(),
        t: seconds(),
        participant: lidJid(by.lid),
        participant_pn: pnJid(by.number),
        addressing_mode: 'lid',
        notify: by.name,
      }
      deliver(world, companion, node('notification', attrs, [change]))
    }
  }
}

const named = (world: World, subject: BinaryNode): Person[] =>
  childrenOf(subject, 'participant').flatMap(({ attrs }) => world.people.withJid(attrs.jid ?? '') ?? [])
