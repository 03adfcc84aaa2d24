/** Why a session cannot do what is asked of it now, and what to do about that, as seed 001 says it. */
import { Fault } from '../platform/fault.ts'
import { adviceOn, type Shown } from './shown.ts'

/** Reasons of a link that is void: the phone or WhatsApp has removed the device. */
const VOID_LINK: ReadonlySet<string> = new Set(['logged_out'])

/** @returns AUTH_EXPIRED when only a new link helps, SESSION_ALREADY_CONNECTED when it needs none, else SESSION_NOT_CONNECTED */
export function notConnected(shown: Shown, action = adviceOn(shown)): Fault {
  const { status: currentStatus, reason } = shown
  const details = { currentStatus, ...(reason ? { reason } : {}), action }
  if (currentStatus === 'connected')
    return new Fault('SESSION_ALREADY_CONNECTED', 'Session is already connected', { details })
  return currentStatus === 'disconnected' && reason && VOID_LINK.has(reason)
    ? new Fault('AUTH_EXPIRED', 'The phone does not know this device any more', { details })
    : new Fault('SESSION_NOT_CONNECTED', 'Session is not connected', { details })
}
