/**
 * A ticket opens one live connection, within a minute: a page that holds no token gets one from whoever does, and it may
 * show up where a token must not. Stored as its hash, and gone with its first use.
 */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { iso, ttl } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'
import { hashSecret } from '../platform/id.ts'
import type { Token } from '../token.ts'

/** Seconds. */
export const TICKET_LIFE = 60

/**
 * On whose behalf: an account, through one of its tokens, by the partition that the token is stored in. The key of a
 * session hears of that session.
 */
export const Holder = z.object({
  accountId: z.string(),
  token: z.string(),
  sessionId: z.string().optional(),
  /** From where it listens. */
  address: z.string().optional(),
})
export type Holder = z.infer<typeof Holder>

export const holderOf = ({ accountId, pk, sessionId }: Token & { pk: string }): Holder => ({
  accountId,
  token: pk,
  ...(sessionId ? { sessionId } : {}),
})

const Ticket = Holder.extend({ usedAt: z.string().optional() })
const ticketKey = (secret: string): Key => ({ pk: `TICKET#${hashSecret(secret)}`, sk: 'TICKET' })

/** 256 random bits. */
const newSecret = (): string => randomBytes(32).toString('base64url')

export async function issue(
  store: Store,
  holder: Holder,
  secret = newSecret(),
): Promise<{ ticket: string; expiresAt: string }> {
  const expiresAt = ttl(store.now(), TICKET_LIFE)
  await store.put('main', { ...ticketKey(secret), ...holder, expiresAt })
  return { ticket: secret, expiresAt: iso(expiresAt * 1_000) }
}

/** Of several who come with the same ticket one is let in. */
export async function redeem(store: Store, secret: string): Promise<Holder | undefined> {
  const key = ticketKey(secret)
  const ticket = await store.get('main', Ticket, key)
  if (!ticket || ticket.usedAt) return
  const use = updating().set('usedAt', iso(store.now())).whereExists('pk').whereAbsent('usedAt').build()
  return (await store.update('main', key, use)) ? Holder.parse(ticket) : undefined
}
