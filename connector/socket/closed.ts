/**
 * Why a connection ended, in one switch: from the number and the sentence that Baileys ends with to a name that says
 * what happened (sandbox-protocol, section 9).
 */
import { proxyFaultIn } from './proxy/fault.ts'
import type { Closed, ClosedName } from './types.ts'

type Boomed = Error & { output?: { statusCode?: number } }

/** What Baileys says when a connection closes; no error means that we ended it. */
export function closedBy(error: Error | undefined): Closed {
  if (!error) return { name: 'ended', code: undefined, text: 'The connection was ended.' }
  const fault = proxyFaultIn(error)
  if (fault) return { name: `proxy-${fault.problem}`, code: fault.reply, text: fault.message, error }
  const code = (error as Boomed).output?.statusCode
  return { name: nameOf(code, error.message), code, text: error.message, error }
}

function nameOf(code: number | undefined, text: string): ClosedName {
  if (/noise .*signature invalid|noise leaf|noise intermediate|certification match/i.test(text))
    return 'forged'
  if (/invalid account signature|failed to verify account signature/i.test(text)) return 'forged'
  if (/^WebSocket Error/.test(text)) return 'unreachable'
  switch (code) {
    case 401:
      return 'logged-out'
    case 403:
      return 'banned'
    case 405:
      return 'outdated'
    case 408:
      return nameOfSilence(text)
    case 411:
      return 'mismatch'
    case 428:
      return 'closed'
    case 440:
      return 'replaced'
    case 500:
      return 'bad-session'
    case 503:
      return 'unavailable'
    case 515:
      return 'restart'
    default:
      return 'other'
  }
}

function nameOfSilence(text: string): ClosedName {
  if (/QR refs/i.test(text)) return 'qr-expired'
  return /timed out/i.test(text) ? 'connect-timeout' : 'lost'
}
