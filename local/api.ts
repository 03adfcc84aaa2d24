/**
 * The functions on one machine: the same API app and the same timed jobs that Lambda runs, fed with this machine's
 * environment, and the one account that a single machine needs.
 */
import * as Accounts from '#core/account.ts'
import type { Log } from '#core/platform/log.ts'
import { api } from '../functions/api/app.ts'
import { depsFromEnv } from '../functions/api/deps.ts'
import { sweep } from '../functions/cron/sweep.ts'
import type { Environment } from './environment.ts'
import { every } from './every.ts'
import { serveHttp } from './http.ts'

const SWEEP_MS = 10_000
const ACCOUNT = { id: 'local', plan: 'enterprise' } as const

/** Resolves when it listens on 127.0.0.1:`port` and `apiKey` opens it. */
export async function serveApi(options: {
  environment: Environment
  publicOrigin: string
  port: number
  apiKey: string
  log: Log
}): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack()
  const { port, publicOrigin, log } = options
  const deps = depsFromEnv({ ...process.env, ...options.environment, PUBLIC_ORIGIN: publicOrigin })
  await Accounts.ensure(deps.store, ACCOUNT, options.apiKey)
  started.use(every(SWEEP_MS, 'sweep', log, () => sweep(deps)))
  started.use(await serveHttp(api(deps).fetch, port, publicOrigin))
  return started.move()
}
