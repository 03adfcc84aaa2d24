/**
 * Tokens that callers make, list and revoke, and the key of a session, of which there is one at a time. A secret is shown
 * once, when it is made; what was revoked opens nothing from that moment on.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type * as z from 'zod'
import { iso, ttl } from '../platform/clock.ts'
import type { Item, Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { Fault } from '../platform/fault.ts'
import { allOf } from '../platform/pages.ts'
import { type Session, sessionKey } from '../session.ts'
import { TOKEN, Token, tokenKey } from '../token.ts'
import { covers, type Scopes } from './scope.ts'

/** Tokens that an account may have. */
export const TOKENS = 100
const DAY = 24 * 60 * 60
const [PREFIX, KEY_PREFIX] = ['lk_', 'lks_']
/** What the key of a session may do, in that session. */
const KEY_SCOPES: Scopes = ['sessions:*', 'messages:*', 'events:*', 'webhooks:*', 'conversations:*']

const Listed = Token.required({ id: true }).extend({ pk: Token.shape.name })
export type NewToken = { name: string; scopes: Scopes; days?: number | undefined }
export type Holder = Pick<Token, 'accountId' | 'scopes'>

const listing = (accountId: string): string => `TOKENS#${accountId}`
/** 256 random bits behind a prefix by which secret scanners know it. */
const newSecret = (prefix: string): string => `${prefix}${randomBytes(32).toString('base64url')}`

/** @throws Fault FORBIDDEN when it would open more than its maker's, TOKEN_LIMIT_REACHED */
export async function make(
  store: Store,
  holder: Holder,
  { name, scopes, days }: NewToken,
): Promise<{ secret: string; token: Token & { id: string } }> {
  if (!covers(holder.scopes, scopes))
    throw new Fault('FORBIDDEN', 'A token can hand on what it may do itself, and no more.')
  if ((await ofAccount(store, holder.accountId)).length >= TOKENS) throw tooMany()
  const secret = newSecret(PREFIX)
  const createdAt = iso(store.now())
  const token = {
    accountId: holder.accountId,
    id: randomUUID(),
    name,
    scopes,
    createdAt,
    admin: false,
    ...(days ? { expiresAt: ttl(store.now(), days * DAY) } : {}),
  }
  await store.put('main', {
    ...tokenKey(secret),
    ...token,
    listPk: listing(holder.accountId),
    listSk: `${createdAt}#${token.id}`,
  })
  // Whoever finds too many after others were made at the same moment takes back his own.
  if ((await ofAccount(store, holder.accountId)).length <= TOKENS) return { secret, token }
  await store.remove('main', tokenKey(secret))
  throw tooMany()
}

const tooMany = () =>
  new Fault('TOKEN_LIMIT_REACHED', `An account may have ${TOKENS} tokens. Revoke some first.`, {
    details: { limit: TOKENS, action: 'Revoke a token that is not needed any more.' },
  })

/** Those that callers made, the oldest first; however many have expired, none that is valid is missing. */
export const ofAccount = (store: Store, accountId: string): Promise<z.infer<typeof Listed>[]> =>
  allOf(store, 'main', Listed, listing(accountId), { index: 'listing' })

/** @throws Fault TOKEN_NOT_FOUND */
export async function revoke(store: Store, accountId: string, id: string): Promise<void> {
  const token = (await ofAccount(store, accountId)).find((one) => one.id === id)
  if (!token) throw new Fault('TOKEN_NOT_FOUND', 'Token not found')
  await store.remove('main', { pk: token.pk, sk: TOKEN })
}

/**
 * A new key for a session; the one before opens nothing any more.
 * @throws Fault SESSION_BUSY when somebody else makes one at the same moment
 */
export async function regenerateKey(store: Store, session: Session): Promise<string> {
  const secret = newSecret(KEY_PREFIX)
  const key = tokenKey(secret)
  const update = updating().set('apiKey', key.pk).whereExists('pk').whereAbsent('deletedAt')
  if (session.apiKey) update.where(`${update.name('apiKey')} = ${update.value(session.apiKey)}`)
  else update.whereAbsent('apiKey')
  const token: Item = {
    ...key,
    accountId: session.accountId,
    sessionId: session.id,
    name: 'session key',
    scopes: KEY_SCOPES,
    createdAt: iso(store.now()),
    admin: false,
  }
  const failed = await store.transact([
    { table: 'main', update: sessionKey(session.id), set: update.build() },
    { table: 'main', put: token },
    ...(session.apiKey ? [{ table: 'main' as const, remove: keyOf(session.apiKey) }] : []),
  ])
  if (failed.length > 0)
    throw new Fault('SESSION_BUSY', 'The session is being changed by somebody else. Please try again.')
  return secret
}

const keyOf = (pk: string): Key => ({ pk, sk: TOKEN })
