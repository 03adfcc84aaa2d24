/**
 * A decrypted message becomes an event: `message.received` from another person, `message.sent` when it was written on
 * another device of ours. What is no message of a person becomes nothing.
 */
import type { Event, MessageFacts } from '#core/contract/event.ts'
import { addressOf } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import type { Attributes, Row } from '../socket/index.ts'
import { contentOf, unwrap } from './content.ts'
import type { Context } from './context.ts'
import { addressOfPerson, partiesOf } from './identity.ts'
import { happenedAt } from './time.ts'

export function messageEvents(row: Extract<Row, { kind: 'message' }>, context: Context): Event[] {
  const { stanza } = row
  if (!stanza.id || stanza.category === 'peer') return []
  const { message, sentTo } = unwrap(row.message)
  const content = contentOf(message)
  const parties = content && partiesOf(stanza, context.me, context.directory, sentTo)
  if (!content || !parties) return []

  const { chatId, fromMe, sender } = parties
  const own = context.me?.phoneNumber ?? ''
  const isGroup = chatId === stanza.from
  const facts: MessageFacts = {
    id: stanza.id,
    chatId,
    fromMe,
    from: fromMe ? own || addressOfPerson(sender) : addressOfPerson(sender),
    to: fromMe || isGroup ? addressOf(chatId) : own,
    sender: {
      ...(sender.phoneNumber ? { phoneNumber: sender.phoneNumber } : {}),
      ...(sender.lid ? { lid: sender.lid } : {}),
      ...named(stanza, fromMe),
    },
    type: content.type,
    ...(content.text === undefined ? {} : { text: content.text }),
    timestamp: iso(happenedAt(stanza.t, row.id)),
  }
  return [
    {
      id: row.id,
      ...context.session,
      timestamp: context.now,
      type: fromMe ? 'message.sent' : 'message.received',
      payload: { message: facts },
    },
  ]
}

const named = (stanza: Attributes, fromMe: boolean) =>
  stanza.notify && !fromMe ? { name: stanza.notify } : {}
