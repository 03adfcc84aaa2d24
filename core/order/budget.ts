/**
 * What an account may spend on the model in a day (UTC), in tokens. Asked before a call and counted after it, so a day
 * can end one round of simultaneous calls above the mark, and never further.
 */
import * as z from 'zod'
import { iso, ttl } from '../platform/clock.ts'
import type { Key, Store } from '../platform/dynamo.ts'

export type Budget = {
  left(accountId: string): Promise<boolean>
  spend(accountId: string, tokens: number): Promise<void>
}

const Spent = z.object({ tokens: z.int() })
const KEPT_SECONDS = 32 * 24 * 60 * 60

export const tokenBudget = (store: Store, tokensPerDay: number): Budget => {
  const key = (accountId: string): Key => ({
    pk: `MODEL-TOKENS#${accountId}`,
    sk: iso(store.now()).slice(0, 10),
  })
  return {
    async left(accountId) {
      const spent = await store.get('main', Spent, key(accountId))
      return (spent?.tokens ?? 0) < tokensPerDay
    },
    async spend(accountId, tokens) {
      await store.update('main', key(accountId), {
        UpdateExpression: 'ADD tokens :tokens SET expiresAt = :end',
        values: { ':tokens': tokens, ':end': ttl(store.now(), KEPT_SECONDS) },
      })
    },
  }
}
