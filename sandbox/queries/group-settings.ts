/** The namespace `w:g2`, second part: what a group is like, and how people get in. */
import { randomBytes } from 'node:crypto'
import { type Group, isMember } from '../groups/groups.ts'
import { announce, groupNode, setRole, tellAdmins } from '../groups/tell.ts'
import type { Person } from '../people/people.ts'
import { stanzaId } from '../wire/ids.ts'
import { lidJid, pnJid } from '../wire/jids.ts'
import { attr, type BinaryNode, child, childrenOf, node, textOf } from '../wire/nodes.ts'
import { seconds, type World } from '../world.ts'

import { type Query, reply, replyError } from './reply.ts'

/** False when it is not about a setting. */
export function changeSettings(query: Query, group: Group, by: Person, subject: BinaryNode): boolean {
  const change = settingIn(subject)
  if (!change) return false
  const after = query.world.groups.save({ ...group, ...change })
  reply(query)
  announce(query.world, after, by, subject, by)
  return true
}

function settingIn(subject: BinaryNode): Partial<Group> | undefined {
  switch (subject.tag) {
    case 'description': {
      const body = child(subject, 'body')
      return { description: body ? textOf(body) : '' }
    }
    case 'announcement':
    case 'not_announcement':
      return { announce: subject.tag === 'announcement' }
    case 'locked':
    case 'unlocked':
      return { locked: subject.tag === 'locked' }
    case 'ephemeral':
      return { disappearingSeconds: Number(attr(subject, 'expiration')) }
    case 'not_ephemeral':
      return { disappearingSeconds: 0 }
    case 'member_add_mode':
      return { membersCanAdd: textOf(subject) === 'all_member_add' }
    case 'membership_approval_mode':
      return { joinApproval: child(subject, 'group_join')?.attrs.state === 'on' }
    default:
      return undefined
  }
}

/** `get` shows the code, `set` makes a new one. */
export function invite(query: Query, group: Group) {
  const keep = query.iq.attrs.type === 'get' ? group.inviteCode : undefined
  const inviteCode = keep ?? randomBytes(16).toString('base64url')
  query.world.groups.save({ ...group, inviteCode })
  reply(query, node('invite', { code: inviteCode }))
}

/** `get` looks at the group behind a code, `set` joins it. */
export function byInvite(query: Query, person: Person, code: string) {
  const { world, iq } = query
  const group = world.groups.withInvite(code)
  if (!group) return replyError(query, 404)
  if (iq.attrs.type === 'get') return reply(query, groupNode(world, group))
  if (isMember(group, person)) return reply(query, node('group', { jid: group.id }))
  const isIn = enter(world, group, person)
  reply(query, node(isIn ? 'group' : 'membership_approval_request', { jid: group.id }))
}

/** False when admins have to let the person in first. */
export function enter(world: World, group: Group, person: Person): boolean {
  const { lid, number } = person
  if (group.joinApproval) {
    const others = (group.requests ?? []).filter((request) => request.lid !== lid)
    const asked = world.groups.save({ ...group, requests: [...others, { lid, number, at: Date.now() }] })
    const who = node('requested_user', { jid: lidJid(lid), phone_number: pnJid(number) })
    tellAdmins(
      world,
      asked,
      person,
      node('created_membership_requests', { request_method: 'invite_link' }, [who]),
    )
    return false
  }
  const after = setRole(world, group, [person], 'member')
  announce(world, after, person, node('add', {}, [node('participant', { jid: lidJid(lid) })]), person)
  return true
}

export function listRequests(query: Query, { requests = [] }: Group) {
  const nodes = requests.map(({ lid, number, at }) =>
    node('membership_approval_request', {
      jid: lidJid(lid),
      phone_number: pnJid(number),
      request_time: seconds(at),
    }),
  )
  reply(query, node('membership_approval_requests', {}, nodes))
}

export function answerRequests(query: Query, group: Group, by: Person, subject: BinaryNode) {
  const { world } = query
  const [action] = childrenOf(subject)
  if (!action) return replyError(query, 400)
  const asked = childrenOf(action, 'participant').flatMap(
    ({ attrs }) => world.people.withJid(attrs.jid ?? '') ?? [],
  )
  const requests = group.requests ?? []
  const known = asked.filter(({ lid }) => requests.some((request) => request.lid === lid))
  const left = requests.filter((request) => !known.some(({ lid }) => lid === request.lid))
  const rest = world.groups.save({ ...group, requests: left })
  const after = action.tag === 'approve' ? setRole(world, rest, known, 'member') : rest
  const results = asked.map((person) =>
    node('participant', {
      jid: lidJid(person.lid),
      phone_number: pnJid(person.number),
      error: known.includes(person) ? undefined : '404',
    }),
  )
  reply(query, node('membership_requests_action', { id: stanzaId() }, [node(action.tag, {}, results)]))
  if (action.tag === 'approve') announce(world, after, by, node('add', {}, results), by)
  else tellAdmins(world, after, by, node('revoked_membership_requests', {}, results))
}
