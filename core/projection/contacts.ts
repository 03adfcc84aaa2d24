/** How events change contacts: the person's item, the ways from the LID and the username to it, and what the person was known as before. */
import { aliasItem, aliasKey, usernameItem, usernameKey } from '../contacts/alias.ts'
import { movingItem, movingKey } from '../contacts/moving.ts'
import { contactItem, contactKey } from '../contacts/record.ts'
import type { Write } from '../platform/dynamo.ts'
import { nameOf } from './known.ts'
import type { EventOf } from './messages.ts'

type Updated = EventOf<'contact.updated'>

export function contactChanges() {
  const writes = new Map<string, Write>()

  return {
    updated({ sessionId, accountId, encrypted, timestamp, payload: { contact, formerId } }: Updated): void {
      const item = contactItem(sessionId, contact, timestamp, { accountId, encrypted })
      writes.set(nameOf('main', item), { table: 'main', put: item })
      if (formerId) {
        const former = contactKey(sessionId, formerId)
        writes.set(nameOf('main', former), { table: 'main', remove: former })
        const moving = movingItem(sessionId, { from: formerId, to: contact.id, accountId, encrypted })
        writes.set(nameOf('main', moving), { table: 'main', put: moving })
      }
      if (contact.lid && contact.lid !== contact.id) {
        const alias = aliasItem(sessionId, contact.lid, contact.id)
        writes.set(nameOf('main', alias), { table: 'main', put: alias })
      }
      if (contact.username) {
        const named = usernameItem(sessionId, contact.username, contact.id)
        writes.set(nameOf('main', named), { table: 'main', put: named })
      }
    },
    writes: (): Write[] => [...writes.values()],
  }
}

/** The names of the items that it touches. */
export const touchedBy = ({ sessionId, payload: { contact, formerId } }: Updated): string[] =>
  [
    contactKey(sessionId, contact.id),
    ...(formerId ? [contactKey(sessionId, formerId), movingKey(sessionId, formerId)] : []),
    ...(contact.lid ? [aliasKey(sessionId, contact.lid)] : []),
    ...(contact.username ? [usernameKey(sessionId, contact.username)] : []),
  ].map((key) => nameOf('main', key))
