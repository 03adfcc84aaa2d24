/** What a connector has to do with the process that it is: the parent that started it, and errors out of nowhere. */

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

/**
 * Baileys leaves some promises of a socket that has closed to nobody. They say that the line is gone (a Boom with a
 * status code), which the line's own watch knows; everything else is a defect.
 */
export function isStrayOfSocket(reason: unknown): boolean {
  return (
    reason instanceof Error &&
    (reason as { isBoom?: boolean }).isBoom === true &&
    typeof (reason as { output?: { statusCode?: number } }).output?.statusCode === 'number'
  )
}
