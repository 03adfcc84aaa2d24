/**
 * Why an accepted message has not left, said at the moment of asking from what is stored anyway: the message, its
 * session, and what the connector noted when the message had waited for a while.
 */
import type { Waiting } from './contract/message.ts'
import { isPerson } from './jid.ts'
import { isTime, type Message } from './message.ts'
import type { Session } from './session.ts'
import type { Shown } from './sessions/shown.ts'

/** A message that has not waited for so long is simply on its way. */
const PATIENCE_MS = 2_000

/** @param shown the status of its session at present. Undefined when it does not wait, or nobody knows why */
export function waitingOf(
  message: Pick<Message, 'status' | 'times' | 'timestamp' | 'sendAt' | 'chatId' | 'media' | 'waiting'>,
  { settings, state }: Pick<Session, 'settings' | 'state'>,
  { status }: Pick<Shown, 'status'>,
  now: number,
): Waiting | undefined {
  if (message.status !== 'accepted' && message.status !== 'queued') return
  if (!isTime(message, now)) return { reason: 'send_at', until: message.sendAt }
  if (status !== 'connected') return { reason: 'not_connected' }
  if (message.status === 'accepted') {
    const since = Date.parse(message.sendAt ?? message.times.accepted ?? message.timestamp)
    if (now - since < PATIENCE_MS) return
    return { reason: message.media ? 'media' : 'order' }
  }
  const { reason, until } = message.waiting ?? {}
  const { restriction } = state
  if (restriction && reason !== 'pacing' && isPerson(message.chatId))
    return { reason: 'restricted', ...(restriction.until ? { until: restriction.until } : {}) }
  if (settings.pacing) return { reason: 'pacing', ...(until && Date.parse(until) > now ? { until } : {}) }
  return reason === 'order' ? { reason } : undefined
}
