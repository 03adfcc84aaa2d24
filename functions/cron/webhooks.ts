/**
 * Wakes endpoints whose time has come, and now and then those that news did not reach. A run is bounded; the next one
 * goes on.
 */
import * as Accounts from '#core/account.ts'
import { catchUpAccount, catchUpSession, ofAccounts, wakeDue } from '#core/webhook/sweep.ts'
import type { FanOutDeps } from '../consumers/webhooks-deps.ts'
import { goRound } from './round.ts'
import { everySession, placeOf } from './sessions.ts'

export type Roused = {
  /** Endpoints whose time had come. */
  due: number
  /** Endpoints that were behind a log, and that nobody had woken. */
  behind: number
}

/**
 * @param options.catchUp whether the logs are looked at in this run
 * @throws Error when somebody could not be attended to; everybody else was
 */
export async function rouse(deps: FanOutDeps, options: { catchUp: boolean }): Promise<Roused> {
  const { store, wake, log } = deps
  const desk = { store, wake: (endpoint: Parameters<typeof wake>[0]) => wake(endpoint) }
  const roused: Roused = { due: await wakeDue(desk), behind: 0 }
  if (!options.catchUp) return roused
  const find = ofAccounts(store)
  const rounds = await Promise.all([
    goRound(deps, {
      name: 'webhooks of accounts',
      after: (place) => Accounts.all(store, place),
      placeOf: ({ id }) => id,
      async attend(account) {
        roused.behind += await catchUpAccount(desk, account, find)
      },
    }),
    goRound(deps, {
      name: 'webhooks of sessions',
      after: (place) => everySession(store, place),
      placeOf,
      async attend(session) {
        roused.behind += await catchUpSession(desk, session, find)
      },
    }),
  ])
  if (roused.behind > 0) log.info(roused, 'webhooks were behind, and are woken')
  const failed = rounds.reduce((sum, went) => sum + went.failed, 0)
  if (failed > 0) throw new Error(`${failed} accounts or sessions could not be attended to: see the log`)
  return roused
}
