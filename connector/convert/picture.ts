/** The profile picture of a person or a group has changed: a notification of the type `picture`. */
import type { Event } from '#core/contract/event.ts'
import { chatIdOfPerson, isGroup } from '#core/jid.ts'
import type { Row } from '../socket/index.ts'
import { childOf } from '../socket/nodes.ts'
import type { Context } from './context.ts'
import { isMe, known, personOf, withLid } from './identity.ts'

export function pictureEvents(
  { id, stanza }: Extract<Row, { kind: 'notification' }>,
  { session, now, me, directory, lidOf }: Context,
): Event[] {
  const { from = '' } = stanza.attrs
  const change = childOf(stanza, 'set') ?? childOf(stanza, 'delete')
  const person = personOf([from], directory)
  const chatId = isGroup(from) ? from : chatIdOfPerson(person)
  if (!change || !chatId || isMe(person, me)) return []
  const by = known(withLid(personOf([change.attrs.author], directory), lidOf))
  const payload = {
    chatId,
    removed: change.tag === 'delete',
    ...(isGroup(from) && Object.keys(by).length > 0 ? { by } : {}),
  }
  return [{ id, ...session, timestamp: now, type: 'picture.updated', payload }]
}
