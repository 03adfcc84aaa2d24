/**
 * Sending a message: it is a record before it is a command, under a WhatsApp id that is chosen here. With an
 * idempotency key the id follows from the key, so a request that is repeated is the same message, to the ledger, to
 * the queue and to the recipient.
 */
import { sendCommand } from './commands.ts'
import { canonicalChatId } from './contacts/canonical.ts'
import type { Content } from './contract/content.ts'
import type { Domain } from './domain.ts'
import { addressOf, isBroadcast, STATUS } from './jid.ts'
import { accept, findOutgoing, type Message } from './message.ts'
import { Fault } from './platform/fault.ts'
import { messageIdOf } from './platform/id.ts'
import type { Session } from './session.ts'
import { notConnected } from './sessions/not-connected.ts'
import { canSend, shownStatus } from './sessions/shown.ts'
import { sealing } from './settings.ts'

/** Characters of one text, by WhatsApp's own limit. */
export const TEXT_LIMIT = 65_536

/**
 * A text, or any other content. What takes work to put together (a file that is fetched) is asked for only when the
 * message is new; until then its request is known by the fingerprint.
 */
export type Draft = {
  to: string
  idempotencyKey?: string | undefined
  /** When it is to be sent, in ms; at once without it. Asked for only when the message is new: by then it may be over. */
  sendAt?(): number
  /** Who sees a status; asked for only when the message is new. */
  recipients?(): Promise<string[]>
} & ({ text: string } | { compose(chatId: string): Promise<Content>; fingerprint: string })

/**
 * Accepts a message. It is carried to the connector at once, or by the sweeper when the queue does not take it.
 * @returns the ledger's record, and whether it was there before
 * @throws Fault INVALID_RECIPIENT, SESSION_NOT_CONNECTED, AUTH_EXPIRED, IDEMPOTENCY_KEY_REUSED, or what `compose` throws
 */
export async function send(
  domain: Domain,
  session: Session,
  draft: Draft,
): Promise<{ message: Message; repeated: boolean }> {
  const chatId = await canonicalChatId(domain.store, session.id, draft.to)
  assertWritable(chatId)
  const key = draft.idempotencyKey
  const id = key === undefined ? domain.newMessageId() : messageIdOf(session.id, key)
  // A repetition is answered whatever became of the session meanwhile, and never composed again.
  const isSimple = 'text' in draft && !draft.sendAt && canSend(session)
  const looksFirst = key !== undefined && !isSimple
  const before = looksFirst ? await findOutgoing(domain.store, session.id, id) : undefined
  if (before) return { message: same(before, chatId, draft), repeated: true }
  assertConnected(session)

  const sendAt = draft.sendAt?.()
  const recipients = await draft.recipients?.()
  const accepted = await accept(domain.store, domain.retention, {
    id,
    recipients,
    session: {
      id: session.id,
      accountId: session.accountId,
      shard: session.shard,
      phoneNumber: session.state.phoneNumber,
      ...sealing(session.settings),
    },
    chatId,
    to: addressOf(chatId),
    sendAt,
    ...('text' in draft
      ? { content: { type: 'text', text: draft.text } }
      : { content: await draft.compose(chatId), fingerprint: draft.fingerprint }),
  })
  if (accepted && sendAt !== undefined) return { message: accepted, repeated: false }
  if (accepted) {
    await carry(domain, session, accepted)
    return { message: accepted, repeated: false }
  }
  const stored = await findOutgoing(domain.store, session.id, id)
  if (!stored) throw new Error(`message ${id} exists and cannot be found`)
  const message = same(stored, chatId, draft)
  if (message.status === 'accepted' && !message.sendAt) await carry(domain, session, message)
  return { message, repeated: true }
}

/** A broadcast list is known to the phone of its owner alone: WhatsApp would take the message, and nobody would get it. */
function assertWritable(chatId: string): void {
  if (!isBroadcast(chatId) || chatId === STATUS) return
  throw new Fault('INVALID_RECIPIENT', 'Only a phone can write to its broadcast lists.', {
    details: { action: 'Send the message to each of the people.' },
  })
}

/** @throws Fault SESSION_NOT_CONNECTED, AUTH_EXPIRED that say what to do */
function assertConnected(session: Session): void {
  if (canSend(session)) return
  const shown = shownStatus(session, true)
  throw shown.status === 'connecting'
    ? notConnected(shown, 'Please wait for the QR code and scan it with the phone')
    : notConnected(shown)
}

function same(message: Message, chatId: string, draft: Draft): Message {
  const isSame =
    'text' in draft
      ? message.text === draft.text && message.fingerprint === undefined
      : message.fingerprint === draft.fingerprint
  if (message.chatId === chatId && isSame) return message
  throw new Fault('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another message.', {
    details: { messageId: message.id, action: 'Use a new key for each message.' },
  })
}

/** Asks the connector to send it. Never fails: what the queue does not take, the sweeper carries. */
async function carry(
  { commands, log }: Domain,
  { shard, settings }: Session,
  message: Message,
): Promise<void> {
  const { id, sessionId, accountId } = message
  try {
    const to = { accountId, sessionId, shard, ...sealing(settings) }
    await commands.send(to, sendCommand(message, false), id)
  } catch (err) {
    log.warn(
      { err, sessionId, messageId: id },
      'the queue did not take the message; the sweeper will carry it',
    )
  }
}
