/**
 * Notices when two sessions of this connector speak for one phone number. That is allowed, as WhatsApp allows several
 * linked devices, but it is seldom meant: every message then comes in twice.
 */
import type { Log } from '#core/platform/log.ts'
import type { SupervisorParts } from './supervisor/parts.ts'

export function phoneBook(log: Log): SupervisorParts['onOpen'] {
  const sessions = new Map<string, string>()
  return ({ id }, { phoneNumber }) => {
    const other = sessions.get(phoneNumber)
    if (other && other !== id)
      log.warn({ sessionId: id, other }, 'two sessions are linked to the same phone number')
    sessions.set(phoneNumber, id)
  }
}
