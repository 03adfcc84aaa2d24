/**
 * The message that a call names by its WhatsApp id, as one of the caller's sessions has it, and that session: the one
 * that the call or its key says, else the sender's.
 */
import type { Context } from 'hono'
import { findAll, type Message } from '#core/message.ts'
import { Fault } from '#core/platform/fault.ts'
import type { Session } from '#core/session.ts'
import { sessionBehind } from '../access.ts'
import type { ApiEnv } from '../context.ts'
import type { Deps } from '../deps.ts'

/**
 * @param isMeant of those with this id
 * @returns without a session when that is gone
 * @throws Fault MESSAGE_NOT_FOUND also for somebody else's; FORBIDDEN
 */
export async function theMessage(
  deps: Deps,
  c: Context<ApiEnv>,
  isMeant: (record: Message) => boolean = () => true,
): Promise<{ message: Message; session: Session | undefined }> {
  const accountId = c.get('accountId')
  const sessionId = c.get('token').sessionId ?? c.req.query('sessionId')
  const isVisible = (record: Message) =>
    record.accountId === accountId && (!sessionId || record.sessionId === sessionId)
  const records = await findAll(deps.store, c.req.param('messageId') ?? '')
  const message = records.find((record) => isVisible(record) && isMeant(record))
  if (!message) throw messageNotFound()
  return { message, session: await sessionBehind(deps, c, message.sessionId) }
}

export const messageNotFound = () => new Fault('MESSAGE_NOT_FOUND', 'Message not found')
