/** Somebody asks to be let into a group, or does not any more: admins are told. */
import type { Event } from '#core/contract/event.ts'
import type { Stanza } from '../socket/index.ts'

type Payload = Extract<Event, { type: 'group.join_request' }>['payload']
type Person = Payload['people'][number]

const ASKING: Record<string, 'created' | 'revoked' | undefined> = {
  created_membership_requests: 'created',
  revoked_membership_requests: 'revoked',
}

/** @param by who did it; whoever takes back what somebody else has asked for refuses it */
export function joinRequestIn(
  { tag, attrs }: Stanza,
  named: Person[],
  by: Person,
): Omit<Payload, 'groupId'> | undefined {
  const asking = ASKING[tag]
  if (!asking) return
  const people = named.length > 0 ? named : [by]
  const isOwn = JSON.stringify(people) === JSON.stringify([by])
  const { request_method: method } = attrs
  return {
    action: asking === 'revoked' && !isOwn ? 'rejected' : asking,
    people,
    ...(method ? { method } : {}),
    ...(isOwn || Object.keys(by).length === 0 ? {} : { by }),
  }
}
