/**
 * The logger that Baileys gets. It logs whole stanzas, credentials and QR material at its lower levels, so only the
 * sentence of a warning or an error goes on, at our debug level, with the message of its cause.
 */
import type { SocketConfig } from '@whiskeysockets/baileys'
import type { Logger } from 'pino'

type BaileysLogger = SocketConfig['logger']

export function quietLog(log: Logger): BaileysLogger {
  const pass = (about: unknown, sentence?: string) => {
    if (!log.isLevelEnabled('debug')) return
    log.debug(
      { cause: causeOf(about) },
      `baileys: ${sentence ?? (typeof about === 'string' ? about : 'no text')}`,
    )
  }
  const quiet: BaileysLogger = {
    level: 'warn',
    child: () => quiet,
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: pass,
    error: pass,
  }
  return quiet
}

function causeOf(about: unknown): string | undefined {
  if (typeof about !== 'object' || about === null) return undefined
  const cause = 'err' in about ? about.err : 'error' in about ? about.error : undefined
  return cause instanceof Error ? cause.message.slice(0, 200) : undefined
}
