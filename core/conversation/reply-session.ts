/**
 * Replies by a linked session: through the ledger, so they are as durable and as unique as any other message. The
 * message's id follows from the key of the reply, and the event that tells of its sending later finds it known.
 */
import type { Domain } from '../domain.ts'
import { iso, ttl } from '../platform/clock.ts'
import { send } from '../send.ts'
import { living as livingSession } from '../sessions/index.ts'
import { sealing } from '../settings.ts'
import { append } from './append.ts'
import { closed } from './closing.ts'
import { statusAt } from './conversation.ts'
import type { Desk } from './desk.ts'
import { feedKey } from './heard.ts'
import { message } from './message.ts'
import type { Outbound } from './outbound.ts'
import { messageAt } from './read.ts'
import { find } from './seen.ts'

/** @throws Fault SESSION_NOT_FOUND, SESSION_NOT_CONNECTED besides what Outbound names */
export const bySession =
  (domain: Domain, desk: Desk): Outbound['reply'] =>
  async (conversation, { text, key, author }) => {
    const { channel } = conversation
    if (channel.type !== 'session') throw new Error('this conversation is not on a linked session')
    const status = statusAt(conversation, iso(desk.store.now()))
    if (status !== 'active') throw closed(status)
    const session = await livingSession(domain.store, channel.sessionId)
    const draft = { to: conversation.address, text, idempotencyKey: key }
    const { message: sent, repeated } = await send(domain, session, draft)

    const seen = {
      key: feedKey(session.id, sent),
      messageId: sent.id,
      expiresAt: ttl(desk.store.now(), 2 * desk.retention.eventSeconds),
    }
    const said = message({
      id: sent.id,
      content: text,
      direction: 'outbound',
      author,
      timestamp: sent.timestamp,
      metadata: { kind: sent.type },
    })
    const added = await append(desk, conversation, (current, at) =>
      statusAt(current, at) === 'active'
        ? { messages: [said], seen, ...sealing(session.settings) }
        : undefined,
    )
    const before = added === 'refused' ? await find(desk.store, seen.key) : undefined
    const known = before && (await messageAt(desk.store, before))
    return { message: known ?? said, repeated }
  }
