/**
 * Whoever uses the API: an account with a plan, which bounds its sessions, and with tokens, which open it. A token is
 * stored as its hash only, under that hash, so that one read by key finds whom it belongs to.
 */
import * as z from 'zod'
import { accountKey } from './partition.ts'
import { iso } from './platform/clock.ts'
import type { Store } from './platform/dynamo.ts'
import { updating } from './platform/expression.ts'
import { pagesOf } from './platform/pages.ts'
import { tokenKey } from './token.ts'

export { accountKey } from './partition.ts'

export const Plan = z.enum(['free', 'pro', 'enterprise'])
export type Plan = z.infer<typeof Plan>

/** Sessions that an account may have at a time. */
export const LIMITS: Record<Plan, number | undefined> = { free: 3, pro: 10, enterprise: undefined }

/** Requests that an account may make in a minute. */
export const RATES: Record<Plan, number> = { free: 600, pro: 6_000, enterprise: 60_000 }

export const Account = z.object({
  id: z.string(),
  name: z.string(),
  plan: Plan,
  /** How many there are now; counted in the transactions that create and delete them. */
  sessions: z.int().default(0),
  createdAt: z.iso.datetime(),
  /** Since when a webhook may be told of everything in it; absent while there is none: see core/webhook. */
  webhooks: z.iso.datetime().optional(),
  /** Where the token that `ensure` made is stored. */
  ensuredToken: z.string().optional(),
})
export type Account = z.infer<typeof Account>

/** Undefined: as many as one likes. */
export const limitOf = ({ plan }: Pick<Account, 'plan'>): number | undefined => LIMITS[plan]

export const find = (store: Store, id: string): Promise<Account | undefined> =>
  store.get('main', Account, accountKey(id))

const LISTING = 'ACCOUNTS'

/** Every account behind the one with the given id, for jobs that attend to all of them. */
export async function* all(store: Store, after?: string): AsyncGenerator<Account> {
  const options = { index: 'listing', ...(after ? { after } : {}) }
  for await (const items of pagesOf(store, 'main', Account, LISTING, options)) yield* items
}

/**
 * Makes sure that the account exists with this plan and is opened by this token. A token of an earlier call that
 * differs does not open it any more. With `admin` the token opens what concerns the whole installation, too.
 */
export async function ensure(
  store: Store,
  { id, name, plan, admin = false }: { id: string; name?: string; plan: Plan; admin?: boolean },
  token: string,
): Promise<void> {
  const key = tokenKey(token)
  const before = await find(store, id)
  const update = updating()
    .set('id', id)
    .set('name', name ?? id)
    .set('plan', plan)
  update.set('listPk', LISTING).set('listSk', id)
  update.set('ensuredToken', key.pk).setOnce('createdAt', iso(store.now()))
  await store.update('main', accountKey(id), update.build())
  await store.put('main', { ...key, accountId: id, name: 'default', createdAt: iso(store.now()), admin })
  if (before?.ensuredToken && before.ensuredToken !== key.pk)
    await store.remove('main', { pk: before.ensuredToken, sk: key.sk })
}
