/**
 * Conversations on one machine: the webhook of Twilio, the consumers of orders and events, and the timed job, the same
 * that Lambda runs. Messages are handed on to a model where OPENAI_API_KEY is set, and read by rules otherwise.
 */
import { CATCH_UP_EVERY } from '#core/conversation/schedule.ts'
import { sqsClient } from '#core/platform/aws.ts'
import type { Log } from '#core/platform/log.ts'
import type { JobKind } from '#core/queues.ts'
import { consumersFromEnv } from '../functions/consumers/deps.ts'
import { eventsConsumer } from '../functions/consumers/events.ts'
import { ordersConsumer } from '../functions/consumers/orders.ts'
import { tend } from '../functions/cron/conversations.ts'
import { hookFromEnv } from '../functions/hooks/deps.ts'
import { twilioHook } from '../functions/hooks/twilio.ts'
import { consumeQueue } from './consumers.ts'
import type { Environment } from './environment.ts'
import { every } from './every.ts'
import { given, orRefuse } from './given.ts'

const TEND_MS = 10_000
const CATCH_UP_MS = CATCH_UP_EVERY * 60_000
/** A model takes seconds, so several batches are asked about at a time. */
const PARALLEL = { orders: 4, events: 1 }

export type Conversations = { hook: ReturnType<typeof twilioHook> } & AsyncDisposable

/** @throws Refusal with a line per value of the environment that is wrong */
export async function startConversations(options: {
  /** With PUBLIC_ORIGIN. */
  environment: Environment
  jobs: Record<JobKind, string>
  log: Log
}): Promise<Conversations> {
  await using started = new AsyncDisposableStack()
  const { environment, jobs, log } = options
  const own = given()
  const env = { ...own, ...environment, ...(own.OPENAI_API_KEY ? { ORDERS_QUEUE_URL: jobs.orders } : {}) }
  const deps = orRefuse(() => consumersFromEnv(env, 'conversations'))
  const fed = orRefuse(() => consumersFromEnv(env, 'conversations', { tells: false }))
  const hook = orRefuse(() => hookFromEnv(env))
  const sqs = sqsClient({
    AWS_REGION: environment.AWS_REGION ?? '',
    SQS_ENDPOINT: environment.SQS_ENDPOINT,
  })
  started.use(sqs)
  const consumers = {
    orders: ordersConsumer(deps, deps.read),
    events: eventsConsumer(fed, fed.later, fed),
  }
  for (const kind of ['orders', 'events'] as const)
    started.use(
      consumeQueue({ sqs, url: jobs[kind], consume: consumers[kind], parallel: PARALLEL[kind], log }),
    )
  const tended = (catchUp: boolean) => () => tend(deps, deps.later, deps.read, { catchUp })
  started.use(every(TEND_MS, 'conversations', log, tended(false)))
  started.use(every(CATCH_UP_MS, 'catching up', log, tended(true)))
  const all = started.move()
  return { hook: twilioHook(hook), [Symbol.asyncDispose]: () => all.disposeAsync() }
}
