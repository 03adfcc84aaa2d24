/** Calls become events: somebody rings, and it ends, one way or the other. The steps between concern phones alone. */
import type { CallFacts, Event } from '#core/contract/event.ts'
import type { Row } from '../socket/index.ts'
import { childOf, childrenOf } from '../socket/nodes.ts'
import type { Context } from './context.ts'
import { addressOfPerson, personOf, withLid } from './identity.ts'

const STATUS: Record<string, CallFacts['status'] | undefined> = {
  offer: 'ringing',
  offer_notice: 'ringing',
  accept: 'accepted',
  reject: 'rejected',
  terminate: 'ended',
  timeout: 'ended',
}

export function callEvents(row: Extract<Row, { kind: 'call' }>, context: Context): Event[] {
  const { attrs } = row.stanza
  const [child] = childrenOf(row.stanza)
  const status = child && STATUS[child.tag]
  const id = child?.attrs['call-id']
  if (!status || !id) return []
  const jids = [child.attrs['call-creator'], child.attrs.caller_pn, child.attrs.caller_lid, attrs.from]
  const { phoneNumber, lid } = withLid(personOf(jids, context.directory), context.lidOf)
  const groupId = child.attrs['group-jid']
  const call: CallFacts = {
    id,
    from: addressOfPerson({ phoneNumber, lid }),
    caller: { ...(phoneNumber ? { phoneNumber } : {}), ...(lid ? { lid } : {}) },
    status,
    isVideo: childOf(child, 'video') !== undefined,
    ...(groupId ? { groupId } : {}),
  }
  const type = status === 'ringing' ? 'call.received' : 'call.ended'
  return [{ id: row.id, ...context.session, timestamp: context.now, type, payload: { call } }]
}
