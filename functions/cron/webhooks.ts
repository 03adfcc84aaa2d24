/**
 * Wakes endpoints whose time has come, and now and then those that news did not reach. A run is bounded; the next one
 * goes on.
 */
import * as Accounts from '#core/account.ts'
import { catchUp, wakeDue } from '#core/webhook/sweep.ts'
import type { FanOutDeps } from '../consumers/webhooks-deps.ts'

export type Roused = {
  /** Endpoints whose time had come. */
  due: number
  /** Endpoints that were behind a log, and that nobody had woken. */
  behind: number
}

/** @param options.catchUp whether the logs are looked at in this run */
export async function rouse(deps: FanOutDeps, options: { catchUp: boolean }): Promise<Roused> {
  const desk = { store: deps.store, wake: deps.wake }
  const roused: Roused = { due: await wakeDue(desk), behind: 0 }
  if (options.catchUp)
    for await (const account of Accounts.all(deps.store)) roused.behind += await catchUp(desk, account)
  if (roused.behind > 0) deps.log.info(roused, 'webhooks were behind, and are woken')
  return roused
}
