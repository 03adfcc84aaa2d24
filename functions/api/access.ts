/**
 * Who is calling, and of which session they speak: token and session are read together, in one read that concurrent
 * requests share. What belongs to somebody else is treated as if it did not exist. What the token may do is decided here
 * for every call, by its method and path.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { isWithin } from '#core/access/address.ts'
import { isNoted, note } from '#core/access/audit.ts'
import { isJwt } from '#core/access/jwt.ts'
import type { Allowance } from '#core/access/rate.ts'
import { needOf, permits } from '#core/access/scope.ts'
import type { Key } from '#core/platform/dynamo.ts'
import { Fault } from '#core/platform/fault.ts'
import { Session, sessionKey } from '#core/session.ts'
import * as Sessions from '#core/sessions/index.ts'
import { TOKEN, Token, tokenKey } from '#core/token.ts'
import { addressOf } from './address.ts'
import type { ApiEnv } from './context.ts'
import type { Deps } from './deps.ts'

const SESSION_ID = /^[0-9a-f]{32}$/

/** @throws Fault UNAUTHORIZED, RATE_LIMITED, FORBIDDEN */
export const access =
  (
    deps: Pick<Deps, 'load' | 'jwts' | 'rates' | 'viewer' | 'store' | 'newEventId' | 'log'>,
  ): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { load, jwts, rates } = deps
    const secret = secretOf(c)
    if (!secret)
      throw new Fault('UNAUTHORIZED', 'Authentication is required: send Authorization: Bearer <token>.')
    const isShortLived = isJwt(secret)
    const key = isShortLived ? await openedBy(jwts, secret) : tokenKey(secret)
    const sessionId = c.req.param('sessionId') ?? (await sessionIdInBody(c)) ?? c.req.query('sessionId')
    const [item, session] = await Promise.all([
      load(key),
      sessionId && SESSION_ID.test(sessionId) ? load(sessionKey(sessionId)) : undefined,
    ])
    if (!item) throw new Fault('UNAUTHORIZED', 'The token is not valid.')
    const token = Token.parse(item)
    limit(c, await rates(token.accountId))
    allow(token, c, sessionId)
    c.set('accountId', token.accountId)
    c.set('token', { ...token, pk: key.pk })
    c.set('isShortLived', isShortLived)
    c.set('session', session && own(Session.parse(session), token.accountId))
    comeFromWhereOneMay(deps, c, c.get('session'))
    await next()
    await remember(deps, c)
  }

/** Whoever has locked himself out changes the settings. */
const SETTINGS = /^PUT \/api\/sessions\/[^/]+\/settings$/

/** @throws Fault FORBIDDEN */
function comeFromWhereOneMay(
  deps: Pick<Deps, 'viewer'>,
  c: Context<ApiEnv>,
  session: Session | undefined,
): void {
  const allowed = session?.settings.ipWhitelist
  if (!allowed) return
  const address = addressOf(deps, c)
  if (isWithin(allowed, address)) return
  if (!c.get('token').sessionId && SETTINGS.test(`${c.req.method} ${c.req.path}`)) return
  throw new Fault('FORBIDDEN', 'This session may not be used from this address.', {
    details: { address: address ?? null },
  })
}

/** Notes what was done. Who did it is not told when it cannot be noted. */
async function remember(
  { store, newEventId, log }: Pick<Deps, 'store' | 'newEventId' | 'log'>,
  c: Context<ApiEnv>,
): Promise<void> {
  const { method, path } = c.req
  if (!isNoted(needOf(method, path), path)) return
  const requestId = c.get('requestId')
  const call = { method, path, status: c.res.status, requestId }
  await note(store, newEventId(), c.get('token'), call).catch((err: unknown) =>
    log.warn({ err, requestId }, 'a call could not be noted'),
  )
}

/** @throws Fault RATE_LIMITED */
function limit(c: Context, { isAllowed, limit: most, remaining, resetAt, after }: Allowance): void {
  c.header('X-RateLimit-Limit', `${most}`)
  c.header('X-RateLimit-Remaining', `${remaining}`)
  c.header('X-RateLimit-Reset', `${resetAt}`)
  if (isAllowed) return
  c.header('Retry-After', `${after}`)
  throw new Fault('RATE_LIMITED', `Your plan allows ${most} requests a minute.`, {
    details: { limit: most, retryAfter: after },
  })
}

/** @throws Fault UNAUTHORIZED */
async function openedBy(jwts: Deps['jwts'], text: string): Promise<Key> {
  const pk = await jwts.open(text)
  if (!pk)
    throw new Fault(
      'UNAUTHORIZED',
      'The short-lived token is not valid, or has expired. Please get a new one.',
    )
  return { pk, sk: TOKEN }
}

/** Calls that name no session, and that its key may make all the same: what they answer is bounded by them. */
const SESSIONLESS = /^(GET \/api\/messages\/[^/]+(\/receipts)?|POST \/api\/(live\/tickets|auth\/token))$/

/** Calls that name their session beside their path, in the body or in the query, and are about that one alone. */
const NAMING =
  /^(POST \/api\/messages|(GET|PUT|DELETE) \/api\/messages\/[^/]+(\/(pin|receipts))?|GET \/api\/conversations)$/

/** Whoever has a token may have a short-lived one of it: that opens no more. */
const SCOPELESS = /^POST \/api\/auth\/token$/

/** @throws Fault FORBIDDEN */
function allow(token: Token, { req }: Context, sessionId: string | undefined): void {
  const scope = needOf(req.method, req.path)
  const call = `${req.method} ${req.path}`
  if (!SCOPELESS.test(call) && !permits(token.scopes, scope))
    throw new Fault('FORBIDDEN', `This needs a token with the scope ${scope}.`, { details: { scope } })
  if (!token.sessionId) return
  const isOwn = sessionId
    ? sessionId === token.sessionId && (req.param('sessionId') !== undefined || NAMING.test(call))
    : SESSIONLESS.test(call)
  if (!isOwn) throw otherSession()
}

const otherSession = () => new Fault('FORBIDDEN', 'This key opens one session, and calls that are about it.')

/** Behind `access`. @throws Fault FORBIDDEN */
export const adminsOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (!c.get('token').admin) throw new Fault('FORBIDDEN', 'This needs a token with admin rights.')
  await next()
}

/** Behind `access`: what a short-lived token opens ends with it. @throws Fault FORBIDDEN */
export const lastingOnly: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (c.get('isShortLived'))
    throw new Fault('FORBIDDEN', 'A short-lived token makes no others. Use the token that it was made with.')
  await next()
}

/** @throws Fault SESSION_NOT_FOUND when it does not exist, was deleted, or is somebody else's */
export function theSession(c: Context<ApiEnv>): Session {
  const session = c.get('session')
  if (!session) throw Sessions.sessionNotFound()
  return session
}

/**
 * Behind `access`: the session that follows from what a call is about, where the call need not name it.
 * @returns undefined when it is gone
 * @throws Fault FORBIDDEN as for a call that names it
 */
export async function sessionBehind(
  deps: Pick<Deps, 'load' | 'viewer'>,
  c: Context<ApiEnv>,
  id: string,
): Promise<Session | undefined> {
  const named = c.get('session')
  if (named?.id === id) return named
  const { accountId, sessionId = id } = c.get('token')
  if (sessionId !== id) throw otherSession()
  const item = await deps.load(sessionKey(id))
  const session = item && own(Session.parse(item), accountId)
  comeFromWhereOneMay(deps, c, session)
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
