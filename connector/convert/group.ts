/** Notifications about groups (`w:gp2`) become events: who is in, and what the group is like. */
import type { Event } from '#core/contract/event.ts'
import type { Row, Stanza } from '../socket/index.ts'
import { childOf, childrenOf } from '../socket/nodes.ts'
import { type Context, nthId } from './context.ts'
import { called, known, personOf, withLid } from './identity.ts'
import { joinRequestIn } from './join-request.ts'

type Changes = Extract<Event, { type: 'group.updated' }>['payload']['changes']
const ACTIONS = ['add', 'remove', 'promote', 'demote'] as const
type Action = (typeof ACTIONS)[number]

export function groupEvents(row: Extract<Row, { kind: 'notification' }>, context: Context): Event[] {
  const { attrs } = row.stanza
  const groupId = attrs.from
  if (attrs.type !== 'w:gp2' || !groupId) return []
  const personIn = (jids: (string | undefined)[], username: string | undefined) =>
    known({ ...withLid(personOf(jids, context.directory), context.lidOf), ...called(username) })
  const by = personIn([attrs.participant, attrs.participant_pn], attrs.participant_username)
  return childrenOf(row.stanza).flatMap((child, index): Event[] => {
    const base = { id: nthId(row.id, index), ...context.session, timestamp: context.now }
    const who = Object.keys(by).length > 0 ? { by } : {}
    const participants = childrenOf(child)
      .filter(({ tag }) => NAMING.has(tag))
      .map(({ attrs: one }) =>
        personIn([one.jid, one.phone_number, one.lid], one.participant_username ?? one.username),
      )
    if (isAction(child.tag)) {
      const payload = { groupId, action: child.tag, participants, ...who }
      return [{ ...base, type: 'group.participants', payload }]
    }
    const request = joinRequestIn(child, participants, by)
    if (request) return [{ ...base, type: 'group.join_request', payload: { groupId, ...request } }]
    const changes = changesIn(child)
    return changes ? [{ ...base, type: 'group.updated', payload: { groupId, ...who, changes } }] : []
  })
}

/** Children that name a person. */
const NAMING = new Set(['participant', 'requested_user'])

const isAction = (tag: string): tag is Action => ACTIONS.includes(tag as Action)

function changesIn(child: Stanza): Changes | undefined {
  switch (child.tag) {
    case 'create': {
      const [group] = childrenOf(child)
      const subject = group?.attrs.subject
      return { created: true, ...(subject ? { subject } : {}) }
    }
    case 'subject':
      return { subject: child.attrs.subject ?? '' }
    case 'description': {
      const body = childOf(child, 'body')
      return { description: body ? textOf(body) : '' }
    }
    case 'announcement':
    case 'not_announcement':
      return { announce: child.tag === 'announcement' }
    case 'locked':
    case 'unlocked':
      return { locked: child.tag === 'locked' }
    case 'ephemeral':
      return { disappearingSeconds: Number(child.attrs.expiration ?? 0) || 0 }
    case 'not_ephemeral':
      return { disappearingSeconds: 0 }
    case 'member_add_mode':
      return { membersCanAdd: textOf(child) === 'all_member_add' }
    case 'membership_approval_mode':
      return { joinApproval: childrenOf(child)[0]?.attrs.state === 'on' }
    default:
      return undefined
  }
}

const textOf = ({ content }: Stanza): string =>
  typeof content === 'string' ? content : content instanceof Uint8Array ? Buffer.from(content).toString() : ''
