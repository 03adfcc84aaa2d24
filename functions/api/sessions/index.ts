/** Sessions themselves: to make and to change, to start and to stop, to link and to watch. */
import { pairingCalls } from '../asked/pairing.ts'
import { controlSessions } from './control.ts'
import { deviceFolders } from './folder.ts'
import { sessionHistory } from './history.ts'
import { sessionKeys } from './key.ts'
import { listSessions } from './list.ts'
import { manageSessions } from './manage.ts'
import { sessionQr } from './qr.ts'
import { sessionStatus } from './status.ts'

export const sessions = [
  deviceFolders,
  manageSessions,
  listSessions,
  controlSessions,
  sessionStatus,
  sessionHistory,
  sessionQr,
  ...pairingCalls,
  sessionKeys,
]
