/** Webhooks on one machine: fan-out, deliveries and the timed job, the same that Lambda runs. */
import { CATCH_UP_EVERY } from '#core/conversation/schedule.ts'
import { sqsClient } from '#core/platform/aws.ts'
import type { Log } from '#core/platform/log.ts'
import type { JobKind } from '#core/queues.ts'
import { deliveriesConsumer, newsConsumer } from '../functions/consumers/webhooks.ts'
import { deliveriesFromEnv, sweepFromEnv } from '../functions/consumers/webhooks-deps.ts'
import { renewSecrets } from '../functions/cron/renewal.ts'
import { rouse } from '../functions/cron/webhooks.ts'
import { consumeQueue } from './consumers.ts'
import type { Environment } from './environment.ts'
import { every } from './every.ts'
import { given, orRefuse } from './given.ts'

const ROUSE_MS = 5_000
const CATCH_UP_MS = CATCH_UP_EVERY * 60_000
/** Endpoints that are drained at the same time; slow ones hold up nobody before there are so many. */
const AT_ONCE = 100

/** @param options.environment with WEBHOOK_KEY and WEBHOOK_REACH */
export function startWebhooks(options: {
  environment: Environment
  jobs: Record<JobKind, string>
  log: Log
}): AsyncDisposable {
  const { environment, jobs, log } = options
  const env = { ...given(), ...environment }
  const fanOut = orRefuse(() => sweepFromEnv(env))
  const desk = orRefuse(() => deliveriesFromEnv(env))
  const sqs = sqsClient({
    AWS_REGION: environment.AWS_REGION ?? '',
    SQS_ENDPOINT: environment.SQS_ENDPOINT,
  })
  const started = new AsyncDisposableStack()
  started.use(sqs)
  started.use(
    consumeQueue({
      sqs,
      url: jobs.deliveries,
      consume: deliveriesConsumer(desk),
      parallel: 1,
      apart: AT_ONCE,
      log,
    }),
  )
  started.use(consumeQueue({ sqs, url: jobs.webhooks, consume: newsConsumer(fanOut), parallel: 1, log }))
  started.use(every(ROUSE_MS, 'webhooks', log, () => rouse(fanOut, { catchUp: false })))
  started.use(every(CATCH_UP_MS, 'webhooks behind', log, () => rouse(fanOut, { catchUp: true })))
  started.use(every(CATCH_UP_MS, 'secrets under a new key', log, () => renewSecrets(fanOut)))
  return started
}
