/** What a request carries through its handlers. */
import type { Session } from '#core/session.ts'

export type ApiEnv = {
  Variables: {
    requestId: string
    accountId: string
    /** Under which partition the caller's token is stored. */
    token: string
    isAdmin: boolean
    /** The session that the request speaks of, when it exists and belongs to the caller. */
    session: Session | undefined
  }
}
