/** Messages of ours that have not left are taken back: those that wait for their time, and those that the connector holds. */
import { type Asking, ask } from './ask.ts'
import { knownOf } from './contacts/record.ts'
import type { Domain } from './domain.ts'
import { append } from './log.ts'
import { findOutgoing, isTime, type Message, withdraw } from './message.ts'
import { iso } from './platform/clock.ts'
import { Fault } from './platform/fault.ts'
import type { Session } from './session.ts'
import { canSend } from './sessions/index.ts'

const CANCELLED = 'cancelled'

/**
 * Takes back a message of ours that waits, for its time or in the connector; one that was taken back stays so. Undefined
 * when it has left.
 * @throws Fault MESSAGE_NOT_USABLE, SESSION_NOT_CONNECTED or WHATSAPP_TIMEOUT when nobody can say whether it has
 */
export async function takeBack(
  domain: Domain & Pick<Asking, 'pause'>,
  session: Session,
  message: Message,
): Promise<Message | undefined> {
  if (message.status === 'failed' && message.reason === CANCELLED) return message
  if (message.status !== 'accepted' && message.status !== 'queued') return
  if (!isTime(message, domain.store.now())) return cancel(domain, message)
  if (!canSend(session)) return
  const { cancelled } = await ask(domain, session, 'message.cancel', { messageId: message.id })
  return cancelled ? ((await findOutgoing(domain.store, session.id, message.id)) ?? message) : undefined
}

/**
 * Takes back a message that was to be sent later, before its time has come.
 * @throws Fault MESSAGE_NOT_USABLE when it is on its way already
 */
async function cancel(domain: Domain, message: Message): Promise<Message> {
  const { store, retention, newEventId } = domain
  const { id, sessionId, accountId, chatId } = message
  if (isTime(message, store.now()) || message.status !== 'accepted' || !(await withdraw(store, message)))
    throw new Fault('MESSAGE_NOT_USABLE', 'The message is on its way already.', {
      details: { messageId: id },
    })
  const timestamp = iso(store.now())
  const person = await knownOf(store, sessionId, chatId)
  const cancelled = { messageId: id, status: 'failed' as const, chatId, reason: CANCELLED }
  const payload = { ...cancelled, ...(person ? { person } : {}) }
  await append(store, retention, [
    { id: newEventId(), sessionId, accountId, timestamp, type: 'message.status', payload },
  ])
  return (await findOutgoing(store, sessionId, id)) ?? message
}
