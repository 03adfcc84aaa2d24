/**
 * What tokens did: every call that changes something, with whose token it was and how it ended. Messages are not among
 * them, because each has a record of its own. Kept for 90 days; a call does not fail because it could not be noted.
 */
import * as z from 'zod'
import { iso, ttl } from '../platform/clock.ts'
import type { Page, Store } from '../platform/dynamo.ts'
import type { Token } from '../token.ts'
import type { Need } from './scope.ts'

const KEPT = 90 * 24 * 60 * 60

export const Deed = z
  .object({
    id: z.string().meta({ description: 'A ULID' }),
    at: z.iso.datetime(),
    method: z.string(),
    path: z.string(),
    status: z.int(),
    requestId: z.string(),
    token: z.object({
      id: z.string().nullable().meta({ description: 'Null for the account’s own, and for keys of sessions' }),
      name: z.string(),
      sessionId: z.string().nullable(),
    }),
  })
  .meta({ id: 'AuditEntry' })
export type Deed = z.infer<typeof Deed>

const partition = (accountId: string): string => `AUDIT#${accountId}`

/** Whether a call is noted. */
export const isNoted = (need: Need, path: string): boolean =>
  path === '/api/auth/token' || (need.endsWith(':write') && !need.startsWith('messages:'))

export const note = (
  store: Store,
  id: string,
  token: Token,
  call: Pick<Deed, 'method' | 'path' | 'status' | 'requestId'>,
): Promise<void> =>
  store.put('main', {
    pk: partition(token.accountId),
    sk: id,
    id,
    at: iso(store.now()),
    ...call,
    token: { id: token.id ?? null, name: token.name, sessionId: token.sessionId ?? null },
    expiresAt: ttl(store.now(), KEPT),
  })

/** Newest first. */
export const read = (
  store: Store,
  accountId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<Deed>> => store.query('main', Deed, partition(accountId), { ...page, newestFirst: true })
