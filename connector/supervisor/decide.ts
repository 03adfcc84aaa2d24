/**
 * The one place that says what follows when a connection has ended: connect again now, later, link anew, or stop and
 * tell a person what to do. Pure; the codes are WhatsApp's own (`stream:error` and `failure` stanzas) as Baileys
 * reports them, the names come from connector/socket.
 */
import type { Settings } from '#core/session.ts'
import type { Closed } from '../socket/index.ts'

export type Situation = {
  settings: Pick<Settings, 'autoReconnect' | 'maxReconnectAttempts'>
  /** Attempts in a row that did not lead to a connection that held. */
  attempts: number
  /** The device's state cannot be stored at the moment, so whatever happened may come from that. */
  storeFailing: boolean
}

export type Decision =
  | { do: 'reconnect'; reason: string }
  | { do: 'back-off'; reason: string; action?: string }
  /** The device is void: its state is erased, and only a new QR helps. */
  | { do: 'erase'; reason: string; action: string }
  /** Nothing is tried any more until a person asks for it. */
  | { do: 'stop'; reason: string; action: string }
  /** Another connector owns the session: nothing may be written or said about it here. */
  | { do: 'drop' }

export const RESTART = 'Please restart the session'
const LINK_ANEW = 'Start the session and scan the QR code again'

export const LOGGED_OUT = { do: 'erase', reason: 'logged_out', action: LINK_ANEW } as const satisfies Decision

/** The number has another session; this device leaves WhatsApp again, so that the other one stays. */
export const numberTaken = (action: string) =>
  ({ do: 'erase', reason: 'number_already_linked', action }) as const satisfies Decision

/** What may be the network's fault for a while, but not for ever. */
const DOUBTFUL_ATTEMPTS = 5

export function decide({ name, code }: Pick<Closed, 'name' | 'code'>, situation: Situation): Decision {
  switch (name) {
    // 515: the server asks for a new connection after pairing; nothing is wrong.
    case 'restart':
      return { do: 'reconnect', reason: 'restart_required' }

    // 401: removed on the phone, or the credentials are void.
    case 'logged-out':
      return LOGGED_OUT
    // The pairing was cut off before it was of any use: a new QR, at once.
    case 'half-linked':
      return { do: 'reconnect', reason: 'pairing_interrupted' }
    case 'qr-expired':
      return stop('qr_expired', LINK_ANEW)
    // 403
    case 'banned':
      return stop(
        'banned',
        'WhatsApp has blocked this number. Open WhatsApp on the phone, follow what it says, then restart the session',
      )
    // 405
    case 'outdated':
      return doubtful(
        'outdated',
        'WhatsApp refuses this version of Linekeeper. Update it, then restart the session',
      )
    // 411
    case 'mismatch':
      return stop(
        'multi_device_off',
        'Update WhatsApp on the phone so that it supports linked devices, then restart the session',
      )
    // 440
    case 'replaced':
      return stop(
        'replaced',
        'Another program connected as this linked device. Stop that program, then restart the session',
      )
    // A Noise certificate or an account signature was wrong.
    case 'forged':
      return stop(
        'forged',
        'The server could not prove that it is WhatsApp. Check the network between this machine and WhatsApp, then restart the session',
      )
    // 500: mostly a hiccup of the server, sometimes a device that it cannot use any more.
    case 'bad-session':
      return doubtful('bad_session', 'Clear the authentication and scan the QR code again')

    // 408, 428: a line that worked is tried again at once.
    case 'lost':
      return again('connection_lost')
    case 'closed':
      return again('connection_closed')
    case 'ended':
      return again('connection_lost')

    // 503, a refused upgrade, no network: at once would only make it worse.
    case 'unavailable':
      return backOff('whatsapp_unavailable')
    case 'refused':
      return backOff(code === 429 ? 'rate_limited' : 'connection_refused')
    case 'unreachable':
      return backOff('whatsapp_unreachable')
    case 'proxy-unreachable':
      return backOff(
        'proxy_unreachable',
        'The proxy of this session does not answer. Check that it runs and that its address in the settings is right',
      )
    case 'proxy-refused':
      return backOff(
        'proxy_refused',
        'The proxy of this session does not let it connect to WhatsApp. Check its rules, or use another one',
      )
    case 'proxy-authentication':
      return backOff(
        'proxy_authentication',
        'The proxy of this session wants other credentials. Set its user name and password in the settings, then restart the session',
      )
    case 'connect-timeout':
      return backOff('connect_timeout')
    case 'other':
      return backOff('connection_failed')

    case 'fenced':
      return { do: 'drop' }
  }

  function again(reason: string): Decision {
    return situation.attempts === 0 && !situation.storeFailing && situation.settings.autoReconnect
      ? { do: 'reconnect', reason }
      : backOff(reason)
  }

  function backOff(reason: string, action?: string): Decision {
    const { settings, attempts, storeFailing } = situation
    if (storeFailing) return { do: 'back-off', reason: 'store_unavailable' }
    if (!settings.autoReconnect) return stop(reason, action ?? RESTART)
    if (settings.maxReconnectAttempts > 0 && attempts >= settings.maxReconnectAttempts)
      return stop(reason, action ?? RESTART)
    return { do: 'back-off', reason, ...(action ? { action } : {}) }
  }

  function doubtful(reason: string, action: string): Decision {
    return situation.attempts >= DOUBTFUL_ATTEMPTS ? stop(reason, action) : backOff(reason)
  }
}

const stop = (reason: string, action: string): Decision => ({ do: 'stop', reason, action })
