/**
 * The functions on one machine: the same API app and the same timed jobs that Lambda runs, fed with this machine's
 * environment, and the one account that a single machine needs.
 */
import * as Accounts from '#core/account.ts'
import type { Reach } from '#core/platform/addresses.ts'
import type { Log } from '#core/platform/log.ts'
import type { JobKind } from '#core/queues.ts'
import { api } from '../functions/api/app.ts'
import { depsFromEnv } from '../functions/api/deps.ts'
import { sweep } from '../functions/cron/sweep.ts'
import { TWILIO_PATH } from '../functions/hooks/twilio.ts'
import { type Conversations, startConversations } from './conversations.ts'
import type { Dashboard } from './dashboard.ts'
import type { Environment } from './environment.ts'
import { every } from './every.ts'
import { given, orRefuse } from './given.ts'
import { type Fetch, serveHttp } from './http.ts'
import { startLive } from './live.ts'
import { startWebhooks } from './webhooks.ts'

const SWEEP_MS = 10_000
const ACCOUNT = { id: 'local', plan: 'enterprise', admin: true } as const

/** Resolves when it listens on 127.0.0.1:`port` and `apiKey` opens it. */
export async function serveApi(options: {
  environment: Environment
  publicOrigin: string
  port: number
  apiKey: string
  jobs: Record<JobKind, string>
  /** Secrets of webhooks are sealed under it. */
  webhookKey: string
  webhookReach: Reach
  dashboard: Dashboard
  log: Log
}): Promise<AsyncDisposable> {
  await using started = new AsyncDisposableStack()
  const { port, publicOrigin, jobs, webhookKey, webhookReach, dashboard, log } = options
  const environment = { ...options.environment, PUBLIC_ORIGIN: publicOrigin }
  const withKey = { ...environment, WEBHOOK_KEY: webhookKey }
  const live = await startLive({ environment: withKey, queueUrl: jobs.live, log })
  started.use(live)
  const streams = { ...live.gateway, post: live.deps.post }
  const deps = { ...orRefuse(() => depsFromEnv({ ...given(), ...withKey })), streams }
  await Accounts.ensure(deps.store, ACCOUNT, options.apiKey)
  started.use(every(SWEEP_MS, 'sweep', log, () => sweep(deps)))
  started.use(startWebhooks({ environment: { ...withKey, WEBHOOK_REACH: webhookReach }, jobs, log }))
  const { hook } = started.use(await startConversations({ environment, jobs, log }))
  started.use(await serveHttp(oneOf(dashboard, api(deps).fetch, hook), port, publicOrigin, live.upgrade))
  // A server closes when its sockets are closed: so these go first, and once more does no harm.
  started.use(live)
  return started.move()
}

/** On AWS the gateway tells the functions apart, and the dashboard is a site of its own; here the path does. */
const oneOf =
  (dashboard: Dashboard, rest: Fetch, hook: Conversations['hook']): Fetch =>
  (request, env) =>
    new URL(request.url).pathname === TWILIO_PATH
      ? hook.fetch(request, env)
      : (dashboard.answer(request) ?? rest(request, env))
