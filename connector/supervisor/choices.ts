/**
 * The settings of a session as its connection follows them. What can change while it is open is asked for anew each
 * time, so that a change counts at once.
 */
import { isBroadcast, isChannel, isGroup, STATUS } from '#core/jid.ts'
import type { Session } from '#core/session.ts'
import type { ConnectSettings, Row } from '../socket/index.ts'
import { childrenOf } from '../socket/nodes.ts'

type Chosen = () => Pick<Session, 'settings'>

export function choicesOf(session: Chosen): ConnectSettings {
  const { deviceName, browserName, markOnline, messageHistory, historyDepth } = session().settings
  return {
    ...(deviceName ? { deviceName } : {}),
    ...(browserName ? { browserName } : {}),
    markOnline,
    syncFullHistory: messageHistory && historyDepth === 'year',
    ignores: (jid) => isIgnored(session(), jid),
  }
}

export function isIgnored({ settings: { ignore } }: ReturnType<Chosen>, jid: string): boolean {
  if (jid === STATUS) return ignore.status
  if (isGroup(jid)) return ignore.groups
  if (isChannel(jid)) return ignore.channels
  return isBroadcast(jid) && ignore.broadcast
}

/** What came from a chat that the session does not want to hear of. What became of our own messages is no such thing. */
export function isUnwanted(session: ReturnType<Chosen>, row: Row): boolean {
  switch (row.kind) {
    case 'message':
    case 'undecryptable':
      return isIgnored(session, row.stanza.from ?? '')
    case 'notification':
      if (row.stanza.attrs.type === 'mex') return session.settings.ignore.channels
      return isIgnored(session, row.stanza.attrs.from ?? '')
    case 'call': {
      const [call] = childrenOf(row.stanza)
      return isIgnored(session, call?.attrs['group-jid'] ?? '')
    }
    case 'receipt':
    case 'ack':
    case 'synced':
    case 'history':
      return false
  }
}
