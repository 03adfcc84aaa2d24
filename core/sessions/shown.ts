/**
 * The status that a caller is shown: what the connector last wrote, seen in the light of what was asked since and of
 * whether anybody holds the session at all. What cannot heal by itself says what a person should do.
 */
import { isPending, type Session, type Status } from '../session.ts'

export type Shown = { status: Status; reason?: string | undefined; action?: string | undefined }

const NOBODY: Shown = {
  status: 'disconnected',
  reason: 'no_connector',
  action: 'No connector is running for this session. Start one; the session then connects by itself',
}

/** @param isHeld whether a living connector owns the session's shard */
export function shownStatus(session: Session, isHeld: boolean): Shown {
  const { state, wanted } = session
  const { status, reason, action } = state
  if (!wanted)
    return status === 'disconnected' && reason && !isPending(session)
      ? { status, reason, action }
      : { status: 'inactive' }
  if (!isHeld) return NOBODY
  if (isPending(session) || status === 'inactive') return { status: 'connecting' }
  return { status, reason, action }
}

/** What to do to get from a status to a connected session, as a sentence. */
export function adviceOn({ status, action }: Shown): string {
  if (action) return action
  switch (status) {
    case 'inactive':
      return 'Please start the session'
    case 'connecting':
      return 'Please wait until the session is connected'
    case 'qr_generated':
      return 'Please scan the QR code with the phone'
    case 'connected':
      return 'Nothing needs to be done'
    case 'disconnected':
      return 'Please restart the session'
  }
}

/**
 * Whether a message can be accepted now. While a linked session is on its way back the message waits, stored, and a
 * connector that has died is replaced; so it does not matter here who holds the session.
 */
export function canSend(session: Session): boolean {
  const { status } = shownStatus(session, true)
  const { intent } = session
  const isUnlinking = isPending(session) && (intent?.action === 'clear-auth' || intent?.unlinkFirst === true)
  return session.state.linked && !isUnlinking && (status === 'connected' || status === 'connecting')
}
