/**
 * How many requests an account may make in a minute, over all processes together. Each process takes a fiftieth of the
 * limit at a time from the account's counter, so counting costs two calls for that many requests; what it has taken and
 * not used by the end of the minute is lost, so a busy account with many processes may be stopped a little early.
 */
import * as z from 'zod'
import { find, RATES } from '../account.ts'
import type { Key, Store } from '../platform/dynamo.ts'
import { updating } from '../platform/expression.ts'

const MINUTE_MS = 60_000
/** Shares of a limit. */
const SHARES = 50
/** Seconds that a counter is kept. */
const KEPT = 300

/** `resetAt` in seconds since 1970; `after` in seconds from now. */
export type Allowance = {
  isAllowed: boolean
  limit: number
  remaining: number
  resetAt: number
  after: number
}
export type Rates = (accountId: string) => Promise<Allowance>

type Count = {
  minute: number
  limit: number
  used: number
  own: number
  isFull: boolean
  taking: Promise<void> | undefined
}
const Counter = z.object({ used: z.int() })

const keyOf = (accountId: string, minute: number): Key => ({ pk: `RATE#${accountId}`, sk: `${minute}` })

export function openRates(store: Store): Rates {
  const counts = new Map<string, Count>()

  const take = async (accountId: string, count: Count): Promise<void> => {
    const account = await find(store, accountId)
    count.limit = RATES[account?.plan ?? 'free']
    const share = Math.ceil(count.limit / SHARES)
    const update = updating().add('used', share)
    update.set('expiresAt', Math.floor(store.now() / 1_000) + KEPT)
    const used = update.name('used')
    update.where(`attribute_not_exists(${used}) OR ${used} <= ${update.value(count.limit - share)}`)
    const counter = await store.change('main', Counter, keyOf(accountId, count.minute), update.build())
    count.isFull = !counter
    count.used = counter?.used ?? count.limit
    if (counter) count.own += share
  }

  return async (accountId) => {
    const minute = Math.floor(store.now() / MINUTE_MS)
    let count = counts.get(accountId)
    if (count?.minute !== minute) {
      count = { minute, limit: 0, used: 0, own: 0, isFull: false, taking: undefined }
      counts.set(accountId, count)
    }
    while (count.own === 0 && !count.isFull) {
      const current = count
      current.taking ??= take(accountId, current).finally(() => {
        current.taking = undefined
      })
      await current.taking
    }
    const isAllowed = count.own > 0
    if (isAllowed) count.own--
    const resetAt = (minute + 1) * (MINUTE_MS / 1_000)
    const after = Math.max(1, Math.ceil(resetAt - store.now() / 1_000))
    return { isAllowed, limit: count.limit, remaining: count.limit - count.used + count.own, resetAt, after }
  }
}
