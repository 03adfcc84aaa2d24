/**
 * Who is calling, and of which session they speak: token and session are read together, in one read that concurrent
 * requests share. What belongs to somebody else is treated as if it did not exist.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { Fault } from '#core/platform/fault.ts'
import { Session, sessionKey } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { Token, tokenKey } from '#core/token.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'

const SESSION_ID = /^[0-9a-f]{32}$/

/** @throws Fault UNAUTHORIZED */
export const access =
  ({ load }: Pick<Deps, 'load'>): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const secret = secretOf(c)
    if (!secret)
      throw new Fault('UNAUTHORIZED', 'Authentication is required: send Authorization: Bearer <token>.')
    const sessionId = c.req.param('sessionId') ?? (await sessionIdInBody(c))
    const [token, session] = await Promise.all([
      load(tokenKey(secret)),
      sessionId && SESSION_ID.test(sessionId) ? load(sessionKey(sessionId)) : undefined,
    ])
    if (!token) throw new Fault('UNAUTHORIZED', 'The token is not valid.')
    const { accountId, admin } = Token.parse(token)
    c.set('accountId', accountId)
    c.set('token', tokenKey(secret).pk)
    c.set('isAdmin', admin)
    c.set('session', session && own(Session.parse(session), accountId))
    await next()
  }

/** Behind `access`. @throws Fault FORBIDDEN */
export const adminsOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (!c.get('isAdmin')) throw new Fault('FORBIDDEN', 'This needs a token with admin rights.')
  await next()
}

/** @throws Fault SESSION_NOT_FOUND when it does not exist, was deleted, or is somebody else's */
export function theSession(c: Context<ApiEnv>): Session {
  const session = c.get('session')
  if (!session) throw Sessions.sessionNotFound()
  return session
}

const own = (session: Session, accountId: string): Session | undefined =>
  session.accountId === accountId && !session.deletedAt ? session : undefined

function secretOf(c: Context): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '') ?? []
  return bearer ?? (c.req.header('x-api-key')?.trim() || undefined)
}

/** The body is checked later; whatever is wrong with it is said then, to callers with a valid token. */
async function sessionIdInBody(c: Context): Promise<string | undefined> {
  if (c.req.method !== 'POST' || !c.req.header('content-type')?.includes('json')) return
  const body: unknown = await c.req.json().catch(() => undefined)
  const sessionId = body && typeof body === 'object' && 'sessionId' in body ? body.sessionId : undefined
  return typeof sessionId === 'string' ? sessionId : undefined
}
