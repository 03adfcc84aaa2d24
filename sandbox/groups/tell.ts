/** How a group is shown to clients, and how they hear of its changes. */
import { deliver } from '../delivery/deliver.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { lidJid, pnJid, shownPn } from '../wire/jids.ts'
import { type BinaryNode, node } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'
import type { Group, Member, Role } from './groups.ts'

/** The group as WhatsApp describes it: members by LID, with what they show of their number and username beside it. */
export function groupNode({ people }: World, group: Group): BinaryNode {
  const attrs = {
    id: group.id.split('@')[0],
    subject: group.subject,
    s_t: seconds(group.subjectAt),
    s_o: lidJid(group.creator.lid),
    creation: seconds(group.createdAt),
    creator: lidJid(group.creator.lid),
    creator_pn: pnJid(group.creator.number),
    creator_username: people.withLid(group.creator.lid)?.username,
    addressing_mode: 'lid',
    size: String(group.members.length),
  }
  return node('group', attrs, [
    ...group.members.map((member) => memberNode(member, people.withLid(member.lid))),
    ...settingNodes(group),
  ])
}

const memberNode = ({ lid, number, role }: Member, person: Person | undefined): BinaryNode =>
  node('participant', {
    jid: lidJid(lid),
    phone_number: person ? shownPn(person) : pnJid(number),
    participant_username: person?.username,
    type: role === 'member' ? undefined : role,
  })

function settingNodes(group: Group): BinaryNode[] {
  const {
    description,
    announce: onlyAdmins,
    locked,
    joinApproval,
    membersCanAdd,
    disappearingSeconds,
  } = group
  return [
    ...(description ? [node('description', { id: 'D' }, [node('body', {}, Buffer.from(description))])] : []),
    ...(onlyAdmins ? [node('announcement')] : []),
    ...(locked ? [node('locked')] : []),
    ...(joinApproval ? [node('membership_approval_mode', {}, [node('group_join', { state: 'on' })])] : []),
    node('member_add_mode', {}, Buffer.from(membersCanAdd ? 'all_member_add' : 'admin_add')),
    ...(disappearingSeconds ? [node('ephemeral', { expiration: String(disappearingSeconds) })] : []),
  ]
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
        participant_pn: shownPn(by),
        participant_username: by.username,
        addressing_mode: 'lid',
        notify: by.name,
      }
      deliver(world, companion, node('notification', attrs, [change]))
    }
  }
}

/** The same for those who decide. */
export function tellAdmins(world: World, group: Group, by: Person, change: BinaryNode) {
  const members = group.members.filter(({ role }) => role !== 'member')
  announce(world, { ...group, members }, by, change)
}

/** They are in from now on, as this. */
export function setRole(world: World, group: Group, people: Person[], role: Role): Group {
  const changed = people.map(({ lid, number }): Member => ({ lid, number, role }))
  return world.groups.save({
    ...group,
    members: [...group.members.filter((member) => !people.some(({ lid }) => lid === member.lid)), ...changed],
  })
}
