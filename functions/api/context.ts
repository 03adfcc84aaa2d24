/** What a request carries through its handlers. */
import type { Session } from '#core/session.ts'
import type { Token } from '#core/token.ts'

export type ApiEnv = {
  Variables: {
    requestId: string
    accountId: string
    /** The caller's, with the partition that it is stored in; a JWT is the token that it stands for. */
    token: Token & { pk: string }
    /** It came as a JWT. */
    isShortLived: boolean
    /** The session that the request speaks of, when it exists and belongs to the caller. */
    session: Session | undefined
  }
}
