/** The namespace `w:g2`: create groups, look at them, change who is in and what they are called. */
import { type Group, isAdmin, isMember, type Member, type Role } from '../groups/groups.ts'
import { announce, groupNode, setRole } from '../groups/tell.ts'
import type { Person } from '../people/people.ts'
import { lidJid, shownPn } from '../wire/jids.ts'
import { attr, type BinaryNode, childrenOf, node, textOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import { answerRequests, byInvite, changeSettings, invite, listRequests } from './group-settings.ts'
import { type Query, reply, replyError } from './reply.ts'

export function groups(query: Query) {
  const { world, connection, iq, subject } = query
  const person = connection.companion && world.people.withLid(connection.companion.lid)
  if (!person || !subject) return replyError(query, 400)
  if (subject.tag === 'create') return create(query, person, subject)
  if (subject.tag === 'participating') {
    const mine = world.groups.of(person).map((group) => groupNode(world, group))
    return reply(query, node('groups', {}, mine))
  }
  if (subject.tag === 'leave') return leave(query, person, subject)
  if (subject.tag === 'invite' && subject.attrs.code) return byInvite(query, person, subject.attrs.code)
  const group = world.groups.find(iq.attrs.to ?? '')
  if (!group) return replyError(query, 404)
  if (!isMember(group, person)) return replyError(query, 403)
  if (subject.tag === 'query') return reply(query, groupNode(world, group))
  if (!mayChange(group, person, subject)) return replyError(query, 403)
  change(query, group, person, subject)
}

function mayChange(group: Group, person: Person, { tag }: BinaryNode): boolean {
  if (isAdmin(group, person)) return true
  if (tag === 'add') return group.membersCanAdd === true
  return ['subject', 'description'].includes(tag) && !group.locked
}

function change(query: Query, group: Group, person: Person, subject: BinaryNode) {
  const { world, iq } = query
  if (subject.tag in ROLE_AFTER) return changeMembers(query, group, person, subject)
  if (subject.tag === 'subject') return rename(query, group, person, textOf(subject))
  if (changeSettings(query, group, person, subject)) return
  if (subject.tag === 'invite') return invite(query, group)
  if (subject.tag === 'membership_approval_requests') return listRequests(query, group)
  if (subject.tag === 'membership_requests_action') return answerRequests(query, group, person, subject)
  world.stats.unknownQuery(`w:g2/${iq.attrs.type}/${subject.tag}`)
  reply(query)
}

function create(query: Query, creator: Person, subject: BinaryNode) {
  const others = named(query.world, subject)
  const group = query.world.groups.create(creator, attr(subject, 'subject'), others)
  reply(query, groupNode(query.world, group))
  announce(query.world, group, creator, node('create', {}, [groupNode(query.world, group)]), creator)
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

const participantNode = (person: Person): BinaryNode =>
  node('participant', {
    jid: lidJid(person.lid),
    phone_number: shownPn(person),
    participant_username: person.username,
  })

function rename(query: Query, group: Group, by: Person, subject: string) {
  const now = query.world.groups.save({ ...group, subject, subjectAt: Date.now() })
  reply(query)
  const attrs = { subject, s_t: seconds(now.subjectAt), s_o: lidJid(by.lid) }
  announce(query.world, now, by, node('subject', attrs))
}

const named = (world: World, subject: BinaryNode): Person[] =>
  childrenOf(subject, 'participant').flatMap(({ attrs }) => world.people.withJid(attrs.jid ?? '') ?? [])
