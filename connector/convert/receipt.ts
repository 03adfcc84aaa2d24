/**
 * Receipts of others become `message.status`: delivered, read, played. What was read on another device of ours makes the
 * chat read; other receipts among our devices, and those that only keep the protocol in step, say nothing.
 */
import type { Event } from '#core/contract/event.ts'
import type { MessageStatus } from '#core/contract/message.ts'
import { chatIdOfPerson, isListed, isShared } from '#core/jid.ts'
import { iso } from '#core/platform/clock.ts'
import type { Row } from '../socket/index.ts'
import { type Context, nthId } from './context.ts'
import { addressOfPerson, isMe, personOf } from './identity.ts'
import { happenedAt } from './time.ts'

/** Absent type = delivered. Others (`sender`, `retry`, `peer_msg`, `read-self` …) are not about the recipient. */
const MEANING: Record<string, MessageStatus> = {
  '': 'delivered',
  inactive: 'delivered',
  read: 'read',
  played: 'played',
}

export function receiptEvents(row: Extract<Row, { kind: 'receipt' }>, context: Context): Event[] {
  const { stanza } = row
  const status = MEANING[stanza.type ?? '']
  if (!stanza.from) return []
  const inGroup = isShared(stanza.from)
  const who = personOf(
    inGroup
      ? [stanza.participant, stanza.participant_pn, stanza.participant_lid]
      : [stanza.from, stanza.sender_pn, stanza.sender_lid],
    context.directory,
  )
  if (isMe(who, context.me)) return readElsewhere(row, inGroup, context)
  const chatId = inGroup ? stanza.from : chatIdOfPerson(who)
  if (!chatId || !status) return []
  const timestamp = iso(happenedAt(stanza.t, row.id))
  return row.messageIds.map((messageId, index) => ({
    id: nthId(row.id, index),
    ...context.session,
    timestamp,
    type: 'message.status',
    payload: {
      messageId,
      status,
      chatId,
      ...(inGroup && chatIdOfPerson(who) ? { participant: addressOfPerson(who) } : {}),
    },
  }))
}

const READ = new Set(['read', 'read-self'])

function readElsewhere(row: Extract<Row, { kind: 'receipt' }>, inGroup: boolean, context: Context): Event[] {
  const { type = '', from, recipient, recipient_pn, recipient_lid } = row.stanza
  const chatId = inGroup
    ? from
    : chatIdOfPerson(personOf([recipient, recipient_pn, recipient_lid], context.directory))
  if (!chatId || !isListed(chatId) || !READ.has(type)) return []
  const payload = { chatId, changes: { unread: false } }
  return [{ id: row.id, ...context.session, timestamp: context.now, type: 'chat.updated', payload }]
}
