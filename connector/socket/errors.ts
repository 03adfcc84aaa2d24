/** The named errors that callers of a Device may see, and what is said of any error in the log. */

/** The bounds of what may wait are hit (the store is slow or down): try again later. */
export class Refusing extends Error {
  override readonly name = 'Refusing'
}

/** The device was closed or erased: this connector no longer acts for it. */
export class Closed extends Error {
  override readonly name = 'Closed'
}

/** There is no open connection for what was asked, or it was lost on the way. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

/** WhatsApp has said no; `code` is its number where it gave one. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: number | undefined
  constructor(message: string, code: number | undefined, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** WhatsApp has said nothing in time. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
  }
}

/** Whatever was thrown, as an error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))

/** For a log that must not hold more of it. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
