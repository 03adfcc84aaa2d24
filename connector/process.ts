/** What a connector has to do with the process that it is: the parent that started it, and errors out of nowhere. */
import type { Log } from '#core/platform/log.ts'

export type Parent = { tell(message: object): void; onGone(listener: () => void): void }

/** The process that started this one with a channel; undefined when it runs by itself. */
export function parentOf(child: NodeJS.Process): Parent | undefined {
  if (!child.connected) return undefined
  return {
    tell(message) {
      // A parent that has just gone is told nothing; its going is noticed by itself.
      if (child.connected) child.send?.(message, undefined, undefined, () => undefined)
    },
    onGone: (listener) => void child.once('disconnect', listener),
  }
}

const LIBRARY = /node_modules\/(@whiskeysockets\/baileys|libsignal)\//
const isOurs = (frame: string): boolean =>
  /\/(connector|core)\//.test(frame) && !frame.includes('/node_modules/')

/**
 * Baileys leaves some promises of a socket to nobody. They say that the line is gone (a Boom with a status code), which
 * the line's own watch knows, or that something came which Baileys did not expect: then that one stanza is lost on it,
 * which comes again, and no other session shall end for it. Everything of which we are a part is a defect.
 */
export function isStrayOfSocket(reason: unknown): boolean {
  if (!(reason instanceof Error)) return false
  const { isBoom, output } = reason as { isBoom?: boolean; output?: { statusCode?: number } }
  if (isBoom === true && typeof output?.statusCode === 'number') return true
  const frames = (reason.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return frames.some((frame) => LIBRARY.test(frame)) && !frames.some(isOurs)
}

/**
 * Errors that nobody has caught. What happened on the connection of a session ends that alone: its device is read anew
 * from the store, as after a crash of the process, and connected again. Everything else ends the process.
 */
export function watchErrors(
  child: Pick<NodeJS.Process, 'on'>,
  parts: {
    /** Ends the connection on which it happened; false when it happened on none. */
    confined(error: unknown): boolean
    log: Pick<Log, 'warn' | 'error' | 'fatal'>
    end(): void
  },
): void {
  const { confined, log, end } = parts
  const weigh = (error: unknown) => {
    if (confined(error))
      return log.error({ err: error }, 'uncaught error on a connection, which is opened anew')
    log.fatal({ err: error }, 'uncaught error')
    end()
  }
  child.on('uncaughtException', weigh)
  child.on('unhandledRejection', (reason) => {
    if (isStrayOfSocket(reason)) log.warn({ err: reason }, 'background work of a socket failed')
    else weigh(reason)
  })
}
